import type { ApprovalDecision, FeedCursor } from '@x/agents/conversation'
import { z } from 'zod'
import { HttpFault } from './http-fault.ts'
import { MAX_MESSAGE_LENGTH, MAX_PATH_LENGTH } from './limits.ts'

const login = z.strictObject({ token: z.string().min(1).max(200) })
const newSession = z.strictObject({
  directory: z
    .string()
    .max(MAX_PATH_LENGTH)
    .regex(/^\/[^\0]*$/, 'an absolute path is needed')
    .nullable(),
})
const message = z.strictObject({
  text: z.string(),
  clientId: z.string().min(1).max(100),
})
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

export function parseNewSession(body: unknown): { readonly directory: string | null } {
  return read(newSession, body)
}

/** @throws HttpFault 400 also for a text of nothing but white space, 413 for one that is too long */
export function parseMessage(body: unknown): { readonly text: string; readonly clientId: string } {
  const parsed = read(message, body)
  const { length } = parsed.text
  if (parsed.text.trim() === '')
    throw new HttpFault(400, 'empty-message', 'The message is empty.', 'Write something, then send it.')
  if (length > MAX_MESSAGE_LENGTH)
    throw new HttpFault(
      413,
      'message-too-long',
      `The message has ${length} characters; ${MAX_MESSAGE_LENGTH} are the most.`,
      'Put the text into a file, and name that file in the message.',
    )
  return parsed
}

export function parseAnswer(body: unknown): { readonly decision: ApprovalDecision } {
  return read(answer, body)
}

/** How far a viewer says that it has come; a cursor that can't be read is none, so that it gets a snapshot. */
export function parseCursor(query: URLSearchParams): FeedCursor | undefined {
  return cursor.safeParse(Object.fromEntries(query)).data
}

/** @throws HttpFault 400, naming the fields but not what stood in them */
function read<T>(schema: z.ZodType<T>, body: unknown): T {
  const result = schema.safeParse(body)
  if (result.success) return result.data
  const issues = result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`)
  throw new HttpFault(400, 'bad-request', `The request can't be read: ${issues.slice(0, 5).join('; ')}`)
}
