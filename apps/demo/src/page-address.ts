/** The page's address with a token that works once, and the session that it leads to; without one, to the newest. */
export function pageAddress(origin: string, token: string, session: string | undefined): string {
  const fragment = new URLSearchParams({ token, ...(session === undefined ? {} : { s: session }) })
  return `${origin}/#${fragment.toString()}`
}
