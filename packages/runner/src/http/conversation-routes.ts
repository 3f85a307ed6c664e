import type { Conversation } from '@x/agents/conversation'
import type { HttpBindings } from '@hono/node-server'
import type { Hono } from 'hono'
import type { SessionDirectory } from '../session-directory.ts'
import { HttpFault } from './http-fault.ts'
import { MAX_ANSWER_BYTES, MAX_BODY_BYTES, MAX_MESSAGE_BYTES } from './limits.ts'
import {
  parseAnswer,
  parseGrant,
  parseMessage,
  parseModelChoice,
  parseQuestionAnswer,
  parseText,
} from './parse-request.ts'
import { readJson } from './read-json.ts'
import { SentMessages } from './sent-messages.ts'

type App = Hono<{ Bindings: HttpBindings }>

/** What a person does in a conversation. What comes of it is told by the conversation's feed. */
export function addConversation(app: App, sessions: SessionDirectory): void {
  addMessages(app, sessions)
  addAnswers(app, sessions)
  addModel(app, sessions)
  app.post('/api/sessions/:id/interrupt', async (c) => {
    await conversationOf(sessions, c.req.param('id')).interrupt()
    return c.body(null, 204)
  })
}

function addMessages(app: App, sessions: SessionDirectory): void {
  const sent = new SentMessages()
  app.post('/api/sessions/:id/messages', async (c) => {
    const id = c.req.param('id')
    const message = parseMessage(await readJson(c.env.incoming, MAX_MESSAGE_BYTES))
    return c.json(await sent.send(id, conversationOf(sessions, id), message), 202)
  })
  const QUEUED = '/api/sessions/:id/queue/:messageId'
  app.put(QUEUED, async (c) => {
    const text = parseText(await readJson(c.env.incoming, MAX_MESSAGE_BYTES))
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ queued: await conversation.editQueued(c.req.param('messageId'), text) })
  })
  app.delete(QUEUED, async (c) => {
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ queued: await conversation.withdrawQueued(c.req.param('messageId')) })
  })
  app.post(`${QUEUED}/send`, async (c) => {
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ queued: await conversation.sendQueued(c.req.param('messageId')) })
  })
}

function addAnswers(app: App, sessions: SessionDirectory): void {
  app.post('/api/sessions/:id/approvals/:approvalId', async (c) => {
    const { decision } = parseAnswer(await readJson(c.env.incoming, MAX_BODY_BYTES))
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ open: await conversation.answer(c.req.param('approvalId'), decision) })
  })
  app.post('/api/sessions/:id/questions/:questionId', async (c) => {
    const answer = parseQuestionAnswer(await readJson(c.env.incoming, MAX_ANSWER_BYTES))
    const conversation = conversationOf(sessions, c.req.param('id'))
    return c.json({ open: await conversation.answerQuestion(c.req.param('questionId'), answer) })
  })
  app.post('/api/sessions/:id/items/:itemId/grant', async (c) => {
    const grant = parseGrant(await readJson(c.env.incoming, MAX_BODY_BYTES))
    const turn = await conversationOf(sessions, c.req.param('id')).grant(c.req.param('itemId'), grant)
    turn.result.catch(() => undefined) // The page reads how the turn ends from the feed.
    return c.json({ turnId: await turn.turnId }, 202)
  })
}

function addModel(app: App, sessions: SessionDirectory): void {
  app.get('/api/sessions/:id/models', async (c) => {
    const models = await conversationOf(sessions, c.req.param('id')).models({ signal: c.req.raw.signal })
    return c.json({ models })
  })
  app.put('/api/sessions/:id/model', async (c) => {
    const choice = parseModelChoice(await readJson(c.env.incoming, MAX_BODY_BYTES))
    await conversationOf(sessions, c.req.param('id')).chooseModel(choice)
    return c.body(null, 204)
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

export function noSession(): HttpFault {
  return new HttpFault(404, 'no-session', 'There is no such session.')
}
