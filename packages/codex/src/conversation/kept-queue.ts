import { ConversationError } from '@x/agents/conversation'
import { EMPTY_QUEUE, type StoredQueue } from './parse-queue.ts'

/** Where the queue outlives us. Several processes may have the same one open. */
export interface QueueStore {
  read(): Promise<StoredQueue>
  /** Replaces what has version `known`; one step for all who have it open. @returns false when it has another version by now */
  replace(known: number, next: StoredQueue): Promise<boolean>
}

/** UTF-16 units of all that wait: its file, all of it escaped, is then one that can be read again. */
const MAX_TEXT = 8 * 1024 * 1024
/** How often a change is tried that somebody else comes before. */
const CHANGE_TRIES = 50

/** The queue as it is in its store, as far as we know: what is on disk counts. */
export class KeptQueue {
  private readonly store: QueueStore
  private readonly onChange: () => void
  private stored: StoredQueue = EMPTY_QUEUE
  private tail: Promise<unknown>

  /** `onFault` hears of a queue that can't be read: nothing can then be added to it either. */
  constructor(store: QueueStore, onChange: () => void, onFault: (error: unknown) => void) {
    this.store = store
    this.onChange = onChange
    this.tail = this.read().catch(onFault)
  }

  get current(): StoredQueue {
    return this.stored
  }

  /** Resolves when all that was asked for so far is done. Never rejects. */
  async settled(): Promise<void> {
    await this.tail
  }

  /** Changes the queue, one change after the other. @returns false when `make` found nothing to change */
  change(make: (queue: StoredQueue) => StoredQueue): Promise<boolean> {
    const changed = this.tail.then(() => this.apply(make))
    this.tail = changed.catch(() => undefined)
    return changed
  }

  /** Reads it again: nobody tells what others have changed. */
  refresh(): Promise<void> {
    const refreshed = this.tail.then(() => this.read())
    this.tail = refreshed.catch(() => undefined)
    return refreshed
  }

  private async apply(make: (queue: StoredQueue) => StoredQueue): Promise<boolean> {
    for (let n = 1; n <= CHANGE_TRIES; n += 1) {
      const known = this.stored
      const made = make(known)
      if (made === known) return false
      const next = { ...made, version: known.version + 1 }
      if (await this.store.replace(known.version, next)) {
        this.stored = next
        this.onChange()
        return true
      }
      await this.read()
    }
    throw new Error('others change the queue all the time')
  }

  private async read(): Promise<void> {
    this.stored = await this.store.read()
    this.onChange()
  }
}

/** Whether a message is there and not on its way. */
export function waits(queue: StoredQueue, id: string): boolean {
  return queue.leaving?.id !== id && queue.messages.some((one) => one.id === id)
}

/** With a message that was returned before all others that were not; the same object when it is there. */
export function withReturned(
  queue: StoredQueue,
  message: { readonly id: string; readonly text: string },
): StoredQueue {
  const { messages } = queue
  if (messages.some((one) => one.id === message.id)) return queue
  const next = messages.findIndex((one) => one.returned !== true)
  const at = next < 0 ? messages.length : next
  const returned = { ...message, queuedAt: Date.now(), returned: true } as const
  return bounded({ ...queue, messages: messages.toSpliced(at, 0, returned) })
}

/** The same object when it is not there. */
export function without(queue: StoredQueue, id: string): StoredQueue {
  if (!queue.messages.some((one) => one.id === id)) return queue
  const { leaving, ...rest } = queue
  return {
    ...rest,
    messages: queue.messages.filter((one) => one.id !== id),
    ...(leaving && leaving.id !== id && { leaving }),
  }
}

/** @throws ConversationError `queue-full` when more waits than can be kept */
export function bounded(queue: StoredQueue): StoredQueue {
  if (queue.messages.reduce((length, { text }) => length + text.length, 0) <= MAX_TEXT) return queue
  throw new ConversationError('queue-full', `at most ${String(MAX_TEXT)} characters can wait`)
}
