import type { ApprovalDecision, FeedCursor, Grant, ModelChoice, QuestionAnswer } from '@x/agents/conversation'
import { z } from 'zod'
import type { CreateSessionOptions } from '../session-directory.ts'
import { HttpFault } from './http-fault.ts'
import { MAX_ANSWER_LENGTH, MAX_MESSAGE_LENGTH, MAX_PATH_LENGTH } from './limits.ts'

const login = z.strictObject({ token: z.string().min(1).max(200) })
const absolutePath = z
  .string()
  .max(MAX_PATH_LENGTH)
  .regex(/^\/[^\0]*$/, 'an absolute path is needed')
const newSession = z.strictObject({
  directory: absolutePath.nullable(),
  login: z
    .union([z.enum(['usual', 'in-terminal']), z.strictObject({ seedId: z.string().min(1).max(200) })])
    .optional(),
})
const message = z.strictObject({
  text: z.string(),
  clientId: z.string().min(1).max(100),
  when: z.enum(['now', 'next']).optional(),
})
const queuedText = z.strictObject({ text: z.string() })
const grant = z.union([
  z.strictObject({ path: absolutePath, mode: z.enum(['read', 'write']) }),
  z.strictObject({ network: z.literal(true) }),
])
const name = z.string().min(1).max(200)
const said = z.string().max(MAX_ANSWER_LENGTH)
const questionAnswer = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('input'),
    answers: namedAtMost(64, z.array(said).max(64)),
  }),
  z.strictObject({
    kind: z.literal('elicitation'),
    values: namedAtMost(256, z.union([said, z.number(), z.boolean(), z.array(said).max(256)])),
  }),
  z.strictObject({
    kind: z.literal('permission'),
    grants: z.array(grant).max(256),
    scope: z.enum(['turn', 'session']),
  }),
  z.strictObject({ kind: z.literal('declined') }),
])
const modelChoice = z.strictObject({ model: name, effort: name.optional() })
const answer = z.strictObject({
  decision: z.enum(['accept', 'accept-for-session', 'decline', 'cancel']),
})
const cursor = z.object({
  epoch: z.string().min(1).max(100),
  seq: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
})

export function parseLogin(body: unknown): { readonly token: string } {
  return read(login, body)
}

export function parseNewSession(body: unknown): CreateSessionOptions {
  const { directory, login: by } = read(newSession, body)
  return by === undefined ? { directory } : { directory, login: by }
}

/** What a person says to the agent. */
export interface MessageRequest {
  readonly text: string
  readonly clientId: string
  readonly when?: 'now' | 'next'
}

/** @throws HttpFault 400 also for a text of nothing but white space, 413 for one that is too long */
export function parseMessage(body: unknown): MessageRequest {
  const { text, clientId, when } = read(message, body)
  assertSayable(text)
  return { text, clientId, ...(when && { when }) }
}

/** The new text of a message that waits. @throws as `parseMessage` */
export function parseText(body: unknown): string {
  const { text } = read(queuedText, body)
  assertSayable(text)
  return text
}

function assertSayable(text: string): void {
  if (text.trim() === '')
    throw new HttpFault(400, 'empty-message', 'The message is empty.', 'Write something, then send it.')
  if (text.length > MAX_MESSAGE_LENGTH)
    throw new HttpFault(
      413,
      'message-too-long',
      `The message has ${text.length} characters; ${MAX_MESSAGE_LENGTH} are the most.`,
      'Put the text into a file, and name that file in the message.',
    )
}

export function parseAnswer(body: unknown): { readonly decision: ApprovalDecision } {
  return read(answer, body)
}

export function parseQuestionAnswer(body: unknown): QuestionAnswer {
  return read(questionAnswer, body)
}

export function parseGrant(body: unknown): Grant {
  return read(grant, body)
}

export function parseModelChoice(body: unknown): ModelChoice {
  const { model, effort } = read(modelChoice, body)
  return effort === undefined ? { model } : { model, effort }
}

/** How far a viewer says that it has come; a cursor that can't be read is none, so that it gets a snapshot. */
export function parseCursor(query: URLSearchParams): FeedCursor | undefined {
  return cursor.safeParse(Object.fromEntries(query)).data
}

function namedAtMost<T extends z.ZodType>(count: number, value: T) {
  return z
    .record(name, value)
    .refine((named) => Object.keys(named).length <= count, `at most ${count} may be said`)
}

/** @throws HttpFault 400, naming the fields but not what stood in them */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  throw new HttpFault(400, 'bad-request', `The request can't be read: ${issues.slice(0, 5).join('; ')}`)
}
