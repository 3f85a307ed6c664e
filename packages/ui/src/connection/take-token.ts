/**
 * Takes the one-time token out of the address bar, so that it lands in no history, bookmark or screenshot.
 * @returns the token, or `undefined` when the address has none
 */
export function takeToken(location: Location, history: History): string | undefined {
  const token = tokenIn(location.hash)
  if (token !== undefined) history.replaceState(history.state, '', location.pathname + location.search)
  return token
}

/** The token in a fragment such as `#token=...`. */
export function tokenIn(hash: string): string | undefined {
  if (!hash.startsWith('#token=')) return undefined
  return new URLSearchParams(hash.slice(1)).get('token') ?? undefined
}
