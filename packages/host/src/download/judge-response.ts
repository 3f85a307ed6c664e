import { DownloadError, HostError } from '../errors.ts'
import { shownUrl, type DownloadSource } from './download-source.ts'

/** The head of an HTTP response; names are in lower case. */
export interface ResponseHead {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
}

/** What was asked for at one hop. */
export interface Ask {
  readonly source: DownloadSource
  /** Bytes that are there already. */
  readonly start: number
  /** By which the server knows whether those are of the same thing; empty where a digest will tell. */
  readonly validator: string
  /** A digest will tell whether the whole is right. */
  readonly hasDigest: boolean
  readonly maxBytes: number | undefined
  readonly idleTimeoutMs: number
}

/** The body is to be taken. */
export interface Take {
  readonly kind: 'take'
  /** Where it begins: 0, or behind what is there. */
  readonly start: number
  /** Of the whole, where the server tells it. */
  readonly totalBytes: number | undefined
  /** What will prove later that it is still the same; `undefined` when a cut one can't be gone on with. */
  readonly validator: string | undefined
}

/** Another hop is to be asked. */
export interface Redirect {
  readonly kind: 'redirect'
  readonly status: number
  readonly location: string
}

export type Verdict =
  | Take
  /** One of those that come before the response. */
  | { readonly kind: 'more' }
  | Redirect
  /** What is there already is all. */
  | { readonly kind: 'whole' }
  /** What is there already is of no use: ask for all. */
  | { readonly kind: 'again' }

/**
 * Decides what to do with a response.
 * @throws DownloadError `http-status`, `fetch-failed` for a part that was not asked for; HostError `too-large`
 */
export function judgeResponse({ status, headers }: ResponseHead, ask: Ask): Verdict {
  const { source, start, maxBytes } = ask
  if (status < 200) return { kind: 'more' }
  const location = headers['location']
  if (REDIRECTS.includes(status) && location !== undefined) return { kind: 'redirect', status, location }
  if (status === 416 && start > 0)
    return rangeOf(headers)?.total === start ? { kind: 'whole' } : { kind: 'again' }
  if (status === 206) {
    const range = rangeOf(headers)
    if (start === 0 || range?.start !== start) {
      const what = `${shownUrl(source.url)} sent another part than was asked for`
      throw new DownloadError('fetch-failed', what, { url: shownUrl(source.url), status })
    }
    return take(headers, start, range.total, ask)
  }
  if (status === 200) return take(headers, 0, lengthOf(headers), ask)
  throw new DownloadError('http-status', `${shownUrl(source.url)} answered ${status}`, {
    url: shownUrl(source.url),
    status,
  })

  function take(of: ResponseHead['headers'], at: number, totalBytes: number | undefined, asked: Ask): Take {
    if (maxBytes !== undefined && totalBytes !== undefined && totalBytes > maxBytes)
      throw tooLarge(source, maxBytes)
    const validator = validatorOf(of) ?? (asked.hasDigest ? '' : undefined)
    return { kind: 'take', start: at, totalBytes, validator }
  }
}

export function tooLarge({ url }: DownloadSource, maxBytes: number): HostError {
  return new HostError('too-large', `more than ${maxBytes} bytes at ${shownUrl(url)}`)
}

/** For `If-Range`: @returns whether it can stand there, and on one line of ours. */
export function isValidator(text: string): boolean {
  return text.length <= 1_024 && /^(?:"[\x21\x23-\x7e]*"|[A-Z][a-z]{2}, [0-9A-Za-z: ]{20,40})$/.test(text)
}

const REDIRECTS = [301, 302, 303, 307, 308]

/** A weak one says that it means the same, not that it is the same; so does a date of the very second. */
function validatorOf(headers: ResponseHead['headers']): string | undefined {
  const { etag, date, 'last-modified': modified } = headers
  if (etag !== undefined && isValidator(etag)) return etag
  if (modified === undefined || date === undefined || !isValidator(modified)) return undefined
  return Date.parse(date) - Date.parse(modified) >= 1_000 ? modified : undefined
}

function lengthOf(headers: ResponseHead['headers']): number | undefined {
  const text = headers['content-length'] ?? ''
  return /^\d{1,15}$/.test(text) && headers['transfer-encoding'] === undefined ? Number(text) : undefined
}

function rangeOf(
  headers: ResponseHead['headers'],
): { readonly start: number | undefined; readonly total: number | undefined } | undefined {
  const found = /^bytes (?:(\d{1,15})-\d{1,15}|\*)\/(?:(\d{1,15})|\*)$/i.exec(headers['content-range'] ?? '')
  if (found === null) return undefined
  const [start, total] = [found[1], found[2]].map((text) => (text === undefined ? undefined : Number(text)))
  return { start, total }
}
