const SAFE = new Set(['http:', 'https:', 'mailto:'])

/** The address when it may be opened from a transcript: absolute, and http, https or mailto. Anything else is text. */
export function safeUrl(address: string | undefined): string | undefined {
  if (address === undefined || !URL.canParse(address)) return undefined
  const url = new URL(address)
  return SAFE.has(url.protocol) ? url.href : undefined
}
