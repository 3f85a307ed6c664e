import { CONTROL_PATH, opensControlDoor } from './control-door.ts'
import type { LoginCookies } from './login-cookies.ts'
import { requestPath } from './request-path.ts'

/** What the gate looks at: the same for a request and for an upgrade to a WebSocket. */
export interface RequestFacts {
  readonly method: string | undefined
  /** As on the wire. */
  readonly target: string | undefined
  /** Every value of each header, names in lower case. */
  readonly headers: Readonly<Record<string, readonly string[] | undefined>>
  readonly upgrade: boolean
}

export interface Refusal {
  readonly pass: false
  readonly status: 400 | 401 | 403
  readonly code: 'bad-target' | 'not-logged-in' | 'wrong-host' | 'wrong-origin' | 'refused'
}

export interface Passage {
  readonly pass: true
  readonly path: string
  /** Hash of the cookie that let it in; `undefined` for what is open to all. */
  readonly login: string | undefined
}

export type Verdict = Passage | Refusal

export interface GateOptions {
  readonly port: number
  readonly cookies: LoginCookies
  /** Whether anyone may do this to exactly this path. Everything else takes a login. */
  readonly isOpen: (method: string, path: string) => boolean
  /** What opens the control door; without it there is none. */
  readonly controlSecret: string | undefined
}

export type Gate = (request: RequestFacts) => Verdict

/**
 * The one check that every request and every upgrade passes.
 *
 * - `Host` must be this machine and this port, so that a name that was made to point here gains nothing.
 * - `Origin`, when sent, must be the page itself; an upgrade must send it, and so must a request that changes
 *   something, unless the browser vouches with `Sec-Fetch-Site: same-origin`.
 * - Then a login, but for what is open by name.
 * - The control door takes its secret, and only that, from a program that is no browser.
 */
export function createGate({ port, cookies, isOpen, controlSecret }: GateOptions): Gate {
  const hosts = new Set(
    ['127.0.0.1', 'localhost', '[::1]'].flatMap((name) =>
      port === 80 ? [name, `${name}:80`] : [`${name}:${port}`],
    ),
  )
  return (request) => {
    const { method = '', target, headers, upgrade } = request
    const path = requestPath(target)
    if (path === undefined) return { pass: false, status: 400, code: 'bad-target' }
    const host = only(headers['host'])
    if (host === undefined || !hosts.has(host)) return { pass: false, status: 403, code: 'wrong-host' }
    if (path === CONTROL_PATH && !upgrade) {
      if (controlSecret !== undefined && method === 'POST' && opensControlDoor(controlSecret, headers))
        return { pass: true, path, login: undefined }
      return { pass: false, status: 403, code: 'refused' }
    }
    const open = !upgrade && isOpen(method, path)
    if (!isOwnPage(request, host, open)) return { pass: false, status: 403, code: 'wrong-origin' }
    const login = cookies.find(headers['cookie']?.join(';'))
    if (!open && login === undefined) return { pass: false, status: 401, code: 'not-logged-in' }
    return { pass: true, path, login }
  }
}

function isOwnPage({ method = '', headers, upgrade }: RequestFacts, host: string, open: boolean): boolean {
  const origin = headers['origin']
  const site = headers['sec-fetch-site']
  if (origin !== undefined && only(origin) !== `http://${host}`) return false
  // Another port of this machine counts as the same site: only the same origin is our page. `none`: a person opened it.
  const vouched = site !== undefined && only(site) === 'same-origin'
  if (upgrade) return origin !== undefined && (site === undefined || vouched)
  if (method !== 'GET' && method !== 'HEAD')
    return (origin ?? site) !== undefined && (site === undefined || vouched)
  // A link from elsewhere may open the page, which shows nothing by itself.
  return open || site === undefined || vouched || only(site) === 'none'
}

function only(values: readonly string[] | undefined): string | undefined {
  return values?.length === 1 ? values[0] : undefined
}
