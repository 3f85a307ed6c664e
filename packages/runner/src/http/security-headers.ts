/**
 * On every answer. The page runs only its own scripts and styles, talks to its own origin, and stands in no frame.
 * Images of other machines are left out on purpose: an agent's text could carry data away in their addresses.
 */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': policy("'none'"),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
}

/** In place of the above on a page that may stand in a frame of the same origin. */
export const FRAMED_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': policy("'self'"),
  'x-frame-options': 'SAMEORIGIN',
}

function policy(frameAncestors: string): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    `frame-ancestors ${frameAncestors}`,
  ].join('; ')
}
