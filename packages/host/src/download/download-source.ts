import type { DownloadHeaders } from './download-options.ts'

/** What is asked for, at one hop: the next one may lead elsewhere. */
export interface DownloadSource {
  /** `http:` or `https:`, without an account and a fragment. */
  readonly url: URL
  /** Lower-case names. Secret: for the standard input of programs, never for their arguments. */
  readonly headers: Readonly<Record<string, string>>
}

/** Those decide how the bytes come, which is ours to say. */
const RESERVED = [
  'range',
  'if-range',
  'accept-encoding',
  'connection',
  'content-length',
  'expect',
  'host',
  'te',
  'transfer-encoding',
]

/**
 * Checks what a caller wants to have fetched. An account in the URL becomes a header, which stays secret.
 * @throws TypeError for anything but an http or https URL, and for headers that can't be sent; values stay out of the message
 */
export function parseSource(url: string | URL, headers: DownloadHeaders = {}): DownloadSource {
  const text = typeof url === 'string' ? url : url.href
  // A parser of URLs drops line ends and blanks in silence; what somebody else has read is not what we would fetch.
  if (typeof text !== 'string' || !/^https?:\/\/[^\s\p{Cc}\\]+$/iu.test(text))
    throw new TypeError('expected url to be an http or https URL without blanks and control characters')
  if (!URL.canParse(text)) throw new TypeError('expected url to be an http or https URL')
  const parsed = new URL(text)
  const sent: Record<string, string> = {}
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name))
      throw new TypeError(`expected the name of a header, got ${JSON.stringify(name)}`)
    if (RESERVED.includes(name.toLowerCase()))
      throw new TypeError(`expected headers without ${name}: the download sets it`)
    if (typeof value !== 'string' || !/^[\t\x20-\x7e]*$/.test(value))
      throw new TypeError(`expected the value of the header ${name} in plain ASCII, in one line`)
    sent[name.toLowerCase()] = value.trim()
  }
  const account = accountOf(parsed)
  if (account !== undefined) sent['authorization'] ??= account
  return { url: bare(parsed), headers: sent }
}

/** For messages: the query may be as secret as a password. */
export function shownUrl({ protocol, host, pathname }: URL): string {
  return `${protocol}//${host}${pathname}`
}

/** Names and addresses that mean another machine on each machine. */
export function isLocalName({ hostname }: URL): boolean {
  return /^(?:localhost|.*\.localhost|127(?:\.\d+){3}|0\.0\.0\.0|169\.254(?:\.\d+){2}|\[::1?\]|\[::ffff:7f.*\]|\[fe[89ab].*\])\.?$/.test(
    hostname,
  )
}

function accountOf({ username, password }: URL): string | undefined {
  if (username === '' && password === '') return undefined
  const plain = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`
  return `Basic ${Buffer.from(plain).toString('base64')}`
}

function bare(url: URL): URL {
  const copy = new URL(url)
  copy.username = ''
  copy.password = ''
  copy.hash = ''
  return copy
}
