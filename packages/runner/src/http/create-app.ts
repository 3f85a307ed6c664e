import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { SeedDirectory } from '../seed-directory.ts'
import type { SessionDirectory } from '../session-directory.ts'
import { CONTROL_PATH, type ControlDoor } from './auth/control-door.ts'
import type { LoginCookies } from './auth/login-cookies.ts'
import type { OneTimeTokens } from './auth/one-time-tokens.ts'
import type { RateLimit } from './auth/rate-limit.ts'
import { addConversation, noSession } from './conversation-routes.ts'
import { faultBody, HttpFault, NOT_LOGGED_IN } from './http-fault.ts'
import { MAX_BODY_BYTES } from './limits.ts'
import type { Page } from './page/load-page.ts'
import { parseLogin, parseNewSession } from './parse-request.ts'
import { readJson } from './read-json.ts'
import { addSeeds } from './seed-routes.ts'
import { toFault } from './to-fault.ts'

export interface AppOptions {
  readonly sessions: SessionDirectory
  readonly seeds: SeedDirectory | undefined
  readonly page: Page
  readonly cookies: LoginCookies
  readonly tokens: OneTimeTokens
  readonly loginLimit: RateLimit
  readonly defaultDirectory: string | null
  readonly usualLogin: string | null
  readonly control: ControlDoor | undefined
  /** Told which logins have ended. */
  readonly onLogout: (logins: readonly string[]) => void
  readonly onError: (error: unknown) => void
}

type Env = { Bindings: HttpBindings }

export const LOGIN_PATH = '/api/login'

/** The routes. Every request that gets here has passed the gate. */
export function createApp(options: AppOptions): Hono<Env> {
  const { control, seeds, onError } = options
  const app = new Hono<Env>()
  app.use('/api/*', async (c, next) => {
    c.header('cache-control', 'no-store')
    await next()
  })
  app.onError((error, c) => {
    const fault = toFault(error)
    if (fault.status >= 500) onError(error)
    if (fault.status === 413) c.header('connection', 'close')
    return c.json(faultBody(fault), fault.status)
  })
  app.notFound((c) => c.json(faultBody(new HttpFault(404, 'not-found', 'There is nothing here.')), 404))
  addLogin(app, options)
  addSessions(app, options)
  addConversation(app, options.sessions)
  if (seeds) addSeeds(app, seeds)
  if (control)
    app.post(CONTROL_PATH, async (c) =>
      c.json(await control.run(await readJson(c.env.incoming, MAX_BODY_BYTES))),
    )
  addPage(app, options.page)
  return app
}

function addLogin(app: Hono<Env>, { tokens, cookies, loginLimit, onLogout }: AppOptions): void {
  app.post(LOGIN_PATH, async (c) => {
    const { token } = parseLogin(await readJson(c.env.incoming, MAX_BODY_BYTES))
    // The token comes first: it can't be guessed, and whoever fails on purpose must not keep its owner out.
    if (!tokens.redeem(token)) {
      if (!loginLimit.take())
        throw new HttpFault(429, 'too-many-logins', 'Too many attempts to log in.', NOT_LOGGED_IN.remedy)
      throw new HttpFault(
        401,
        'bad-token',
        'This address was used before or is too old.',
        NOT_LOGGED_IN.remedy,
      )
    }
    if (cookies.find(c.req.header('cookie')) === undefined) c.header('set-cookie', await cookies.grant())
    return c.body(null, 204)
  })
  app.post('/api/logout', async (c) => {
    const { ended, setCookie, kept } = cookies.revoke(c.req.header('cookie'))
    onLogout(ended)
    c.header('set-cookie', setCookie)
    await kept
    return c.body(null, 204)
  })
}

function addSessions(app: Hono<Env>, { sessions, defaultDirectory, usualLogin }: AppOptions): void {
  app.get('/api/sessions', (c) =>
    c.json({ sessions: sessions.list(), defaults: { directory: defaultDirectory, login: usualLogin } }),
  )
  app.post('/api/sessions', async (c) =>
    c.json(await sessions.create(parseNewSession(await readJson(c.env.incoming, MAX_BODY_BYTES))), 201),
  )
  app.post('/api/sessions/:id/resume', async (c) => {
    if (!(await sessions.resume(c.req.param('id')))) throw noSession()
    return c.body(null, 202)
  })
  app.delete('/api/sessions/:id', async (c) => {
    if (!(await sessions.end(c.req.param('id')))) throw noSession()
    return c.body(null, 204)
  })
}

function addPage(app: Hono<Env>, page: Page): void {
  app.get('*', (c) => {
    const file = page.get(c.req.path)
    return file ? c.body(file.body, 200, file.headers) : c.notFound()
  })
}
