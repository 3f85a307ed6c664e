const PLAIN = /^\/[A-Za-z0-9\-._~!$&'()*+,;=:@%/]*$/
/** What a decoder further down might read as a dot segment, a separator or an end of string. */
const ENCODED_TROUBLE = /%(?:2e|5c|00)/i

/**
 * The path of a request target as it stands on the wire, or `undefined` for a target that two readers could
 * understand differently: absolute form, `*`, doubled slashes, dot segments, encoded dots and backslashes.
 *
 * Nothing is decoded or mended here. What may be open without a login is compared letter by letter with this path,
 * so another spelling of an open path is not open.
 */
export function requestPath(target: string | undefined): string | undefined {
  if (target === undefined || target.includes('#')) return undefined
  const query = target.indexOf('?')
  const path = query === -1 ? target : target.slice(0, query)
  if (!PLAIN.test(path) || path.includes('//') || ENCODED_TROUBLE.test(path)) return undefined
  if (path.split('/').some((segment) => segment === '.' || segment === '..')) return undefined
  return path
}
