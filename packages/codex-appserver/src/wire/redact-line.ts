/** Enough for a person to recognise the line, cut before the patterns run: they never see a 16 MiB line. */
const SCAN_LENGTH = 2_000

const SECRETS: readonly [pattern: RegExp, replacement: string][] = [
  [/("[^"]*(?:token|secret|password|authorization|api_?key|credential)[^"]*"\s*:\s*")[^"]*/gi, '$1[removed]'],
  [/\beyJ[\w-]{8,}(?:\.[\w-]*){0,2}/g, '[removed]'],
  [/\bsk-[\w-]{8,}/g, '[removed]'],
  [/\b([\w-]*(?:token|secret|password|api_?key)[\w-]*=)[^\s&"']+/gi, '$1[removed]'],
  [/\b(bearer\s+)[\w.~+/-]{8,}=*/gi, '$1[removed]'],
]

/** Shortens words of the peer for an error message and removes what looks like a credential. */
export function redactLine(line: string, maxLength = 200): string {
  const text = hideSecrets(line.slice(0, SCAN_LENGTH))
  return line.length > maxLength ? `${text.slice(0, maxLength)}… (${String(line.length)} characters)` : text
}

/** Removes what looks like a credential. For short texts: the patterns look at every character. */
export function hideSecrets(text: string): string {
  let result = text
  for (const [pattern, replacement] of SECRETS) result = result.replace(pattern, replacement)
  return result
}
