import type { ModelChoice } from '@x/agents/conversation'
import { z } from 'zod'

const loginSchema = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('api-key') }),
  z.object({ kind: z.literal('in-terminal') }),
  z.object({ kind: z.literal('endpoint'), baseUrl: z.string(), model: z.string(), hasKey: z.boolean() }),
  z.object({
    kind: z.literal('seed'),
    mode: z.enum(['brokered', 'planted']),
    owner: z.string(),
    seedId: z.string(),
    port: z.number().int().min(1).max(65_535).optional(),
    fence: z.number().optional(),
    modelBaseUrl: z.string().optional(),
    settings: z.record(z.string(), z.string()).optional(),
  }),
])

const grantSchema = z.union([
  z.object({ path: z.string(), mode: z.enum(['read', 'write']) }),
  z.object({ network: z.literal(true) }),
])

const recordSchema = z.object({
  schema: z.literal(1),
  taskId: z.string(),
  /** Set once the thread is made. */
  threadId: z.string().nullable(),
  /** Whether a message was ever sent: before that, Codex keeps nothing of a thread, and a new one loses nothing. */
  spoken: z.boolean(),
  /** Whether a turn has ended: from then on Codex has the thread on disk for sure. */
  kept: z.boolean(),
  /** The newest messages that were handed to a running turn: they may be in Codex's hands and in no history yet. */
  steered: z
    .array(z.object({ clientId: z.string(), turnId: z.string(), text: z.string().optional() }))
    .optional(),
  /** What was chosen to answer; absent: what the login or Codex says. */
  model: z.object({ model: z.string(), effort: z.string().optional() }).optional(),
  /** What a person has allowed beside the posture. */
  grants: z.array(grantSchema).optional(),
  /** What a person has allowed a thread for good when it was asked for; Codex keeps that by itself. */
  given: z.array(z.object({ threadId: z.string(), grant: grantSchema })).optional(),
  /** What commands may not read besides. */
  hidden: z.array(z.string()).optional(),
  binary: z.string(),
  installation: z.string(),
  version: z.string(),
  /** Where commands start: the task's own `work/`, or the person's code. */
  directory: z.string(),
  login: loginSchema,
  posture: z.literal('confined'),
  approvals: z.enum(['ask', 'never']),
  createdAt: z.number(),
})

/** What a session is, on disk: enough to take it up again by anyone who may read it. No secret is in it. */
export type LaunchRecord = z.infer<typeof recordSchema>

/** @throws Error naming what does not fit */
export function parseLaunchRecord(text: string): LaunchRecord {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Error('the launch record is not JSON', { cause })
  }
  const parsed = recordSchema.safeParse(json)
  if (!parsed.success) throw new Error(`the launch record does not fit: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}

export function chosenModel({ model }: LaunchRecord): ModelChoice | undefined {
  return model && { model: model.model, ...(model.effort !== undefined && { effort: model.effort }) }
}
