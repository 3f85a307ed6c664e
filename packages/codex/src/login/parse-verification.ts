import { stripVTControlCharacters } from 'node:util'

/** What a person opens, and types there. */
export interface Verification {
  readonly url: string
  readonly code: string
  /** When the code runs out, in milliseconds since 1970. */
  readonly expiresAt?: number
}

/** Where Codex logs in when nobody says otherwise. */
export const CODEX_ISSUER = 'https://auth.openai.com'

/** Far more than Codex says; whoever says more says something else. */
export const MAX_PROMPT = 16 * 1024

/**
 * Looks at what a person is going to be sent to. The code is the issuer's word, so it is held to be hostile.
 * @returns undefined unless the page is the issuer's own, and the code can be read out and typed
 */
export function parseVerification(url: unknown, code: unknown, issuer: string): Verification | undefined {
  if (typeof url !== 'string' || typeof code !== 'string' || !URL.canParse(url)) return undefined
  const { origin, username, password, href } = new URL(url)
  if (origin !== new URL(issuer).origin || username !== '' || password !== '' || href.length > 500)
    return undefined
  if (!/^[A-Za-z0-9]{2,12}(?:-[A-Za-z0-9]{2,12}){0,3}$/.test(code)) return undefined
  return { url: href, code }
}

/**
 * What `codex login --device-auth` says before it waits: an address alone on its line after the first step, a code alone
 * on its line after the second.
 * @param said from the beginning; more may come
 * @returns undefined while it is not whole; `unreadable` when it will never be what we know
 */
export function parseDevicePrompt(said: string, issuer: string): Verification | 'unreadable' | undefined {
  const text = stripVTControlCharacters(said)
  const step = /^1\. [^\n]*\n((?:[ \t]*\S[^\n]*\n){1,3})\s*2\. [^\n]*\n[ \t]*(\S+)[ \t]*\r?\n/m.exec(text)
  if (!step) return text.length > MAX_PROMPT ? 'unreadable' : undefined
  const [, url = '', code] = step
  return parseVerification(url.trim(), code, issuer) ?? 'unreadable'
}
