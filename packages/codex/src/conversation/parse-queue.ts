import { z } from 'zod'

const storedQueueSchema = z.object({
  schema: z.literal(1),
  /** One more with each change: who read an older one may not write. */
  version: z.number().int().nonnegative(),
  messages: z.array(
    z.object({
      id: z.string().min(1),
      text: z.string(),
      queuedAt: z.number(),
      /** Was in Codex's hands, and dropped. */
      returned: z.literal(true).optional(),
    }),
  ),
  /** The message that is on its way to Codex, and who sends it: its fate is unknown until it is out of the queue. */
  leaving: z.object({ id: z.string(), by: z.string() }).optional(),
  /** Codex did not want the first message: nothing leaves until a person has looked at it. */
  refused: z.literal(true).optional(),
  /** The turn that was interrupted or has failed and after which the queue may go on all the same. */
  releasedAfter: z.string().optional(),
})

/** The queue of a conversation as it is kept. */
export type StoredQueue = z.infer<typeof storedQueueSchema>

export const EMPTY_QUEUE: StoredQueue = { schema: 1, version: 0, messages: [] }

/** @throws Error naming what does not fit */
export function parseQueue(text: string): StoredQueue {
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch (cause) {
    throw new Error('the queue is not JSON', { cause })
  }
  const parsed = storedQueueSchema.safeParse(json)
  if (!parsed.success) throw new Error(`the queue does not fit: ${z.prettifyError(parsed.error)}`)
  return parsed.data
}
