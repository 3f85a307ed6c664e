import { DownloadError } from '../errors.ts'
import { isLocalName, parseSource, shownUrl, type DownloadSource } from './download-source.ts'
import type { Redirect } from './judge-response.ts'

/** As many as browsers and curl's users expect to be enough. */
export const MAX_REDIRECTS = 10

/**
 * Where a redirect leads. Headers go along only to the same scheme, name and port.
 * @throws DownloadError `fetch-failed` for anything but http and https, from https to http, and from elsewhere to the
 * machine that asks: a server must not choose what is read there
 */
export function nextHop(
  { url, headers }: DownloadSource,
  { location, status }: Omit<Redirect, 'kind'>,
): DownloadSource {
  const refuse = (why: string): DownloadError =>
    new DownloadError('fetch-failed', `${shownUrl(url)} leads elsewhere: ${why}`, {
      url: shownUrl(url),
      status,
    })
  if (!URL.canParse(location, url.href)) throw refuse('to what is no URL')
  const next = new URL(location, url)
  if (next.protocol !== 'http:' && next.protocol !== 'https:') throw refuse(`to ${next.protocol}`)
  if (url.protocol === 'https:' && next.protocol === 'http:')
    throw refuse(`from https to http (${shownUrl(next)})`)
  if (isLocalName(next) && !isLocalName(url)) throw refuse(`to the machine itself (${shownUrl(next)})`)
  const found = parseSource(next)
  return next.origin === url.origin ? { url: found.url, headers: { ...found.headers, ...headers } } : found
}
