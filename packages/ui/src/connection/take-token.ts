import { sessionHref } from '../hooks/use-route.ts'

/** What a session may be called. */
const SESSION_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/

/**
 * Takes the one-time token of a link such as `#token=...&s=<id>` out of the address bar, so that it lands in no
 * history, bookmark or screenshot. What stays there is the address of the session that the link names, if any.
 * @returns the token, or `undefined` when the address has none
 */
export function takeToken(
  location: Pick<Location, 'hash' | 'pathname' | 'search'>,
  history: Pick<History, 'state' | 'replaceState'>,
): string | undefined {
  const { hash, pathname, search } = location
  if (!hash.startsWith('#token=')) return undefined
  const link = new URLSearchParams(hash.slice(1))
  const token = link.get('token') ?? ''
  if (token === '') return undefined
  const id = link.get('s') ?? ''
  history.replaceState(history.state, '', `${pathname}${search}${SESSION_ID.test(id) ? sessionHref(id) : ''}`)
  return token
}
