import type { Conversation } from '@x/agents/conversation'
import type { HttpBindings } from '@hono/node-server'
import { Hono } from 'hono'
import type { SessionDirectory } from '../session-directory.ts'
import { CONTROL_PATH, type ControlDoor } from './auth/control-door.ts'
import type { LoginCookies } from './auth/login-cookies.ts'
import type { OneTimeTokens } from './auth/one-time-tokens.ts'
import type { RateLimit } from './auth/rate-limit.ts'
import { faultBody, HttpFault, NOT_LOGGED_IN } from './http-fault.ts'
import { MAX_BODY_BYTES, MAX_MESSAGE_BYTES } from './limits.ts'
import type { Page } from './page/load-page.ts'
import { parseAnswer, parseLogin, parseMessage, parseNewSession } from './parse-request.ts'
import { readJson } from './read-json.ts'
import { SentMessages } from './sent-messages.ts'
import { toFault } from './to-fault.ts'

export interface AppOptions {
  readonly sessions: SessionDirectory
  readonly page: Page
  readonly cookies: LoginCookies
  readonly tokens: OneTimeTokens
  readonly loginLimit: RateLimit
  readonly defaultDirectory: string | null
  readonly control: ControlDoor | undefined
  /** Told which logins have ended. */
  readonly onLogout: (logins: readonly string[]) => void
  readonly onError: (error: unknown) => void
}

type Env = { Bindings: HttpBindings }

export const LOGIN_PATH = '/api/login'

/** The routes. Every request that gets here has passed the gate. */
export function createApp(options: AppOptions): Hono<Env> {
  const { control, onError } = options
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
  addConversation(app, options)
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

function addSessions(app: Hono<Env>, { sessions, defaultDirectory }: AppOptions): void {
  app.get('/api/sessions', (c) =>
    c.json({ sessions: sessions.list(), defaults: { directory: defaultDirectory } }),
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

function addConversation(app: Hono<Env>, { sessions }: AppOptions): void {
  const sent = new SentMessages()
  app.post('/api/sessions/:id/messages', async (c) => {
    const id = c.req.param('id')
    const { text, clientId } = parseMessage(await readJson(c.env.incoming, MAX_MESSAGE_BYTES))
    const turnId = await sent.send(id, conversationOf(sessions, id), text, clientId)
    return c.json({ turnId }, 202)
  })
  app.post('/api/sessions/:id/interrupt', async (c) => {
    await conversationOf(sessions, c.req.param('id')).interrupt()
    return c.body(null, 204)
  })
  app.post('/api/sessions/:id/approvals/:approvalId', async (c) => {
    const { decision } = parseAnswer(await readJson(c.env.incoming, MAX_BODY_BYTES))
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ open: await conversation.answer(c.req.param('approvalId'), decision) })
  })
}

function addPage(app: Hono<Env>, page: Page): void {
  app.get('*', (c) => {
    const file = page.get(c.req.path)
    return file ? c.body(file.body, 200, file.headers) : c.notFound()
  })
}

function conversationOf(sessions: SessionDirectory, id: string): Conversation {
  const conversation = sessions.conversation(id)
  if (conversation) return conversation
  if (!sessions.list().some((session) => session.id === id)) throw noSession()
  throw new HttpFault(
    409,
    'not-ready',
    'The session is not ready.',
    'Wait until it has started, or resume it.',
  )
}

function noSession(): HttpFault {
  return new HttpFault(404, 'no-session', 'There is no such session.')
}
