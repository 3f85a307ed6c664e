import { createHash } from 'node:crypto'

/** One that is asked, and the way to its answer. */
interface Entry<Asked, Answer> {
  readonly asked: Asked
  readonly settle: (answer: Answer) => void
}

/**
 * What the agent waits for: each is open until it is answered here, or its signal aborts, because someone else
 * answered, its turn has ended, or the link broke.
 */
export class OpenRequests<Asked extends { readonly id: string }, Answer> {
  private readonly open = new Map<string, Entry<Asked, Answer>>()
  private readonly listeners = new Set<(asked: Asked) => void>()

  /** Resolves with the answer, `undefined` when none is wanted any more. */
  async wait(asked: Asked, signal: AbortSignal): Promise<Answer | undefined> {
    if (signal.aborted) return undefined
    let entry: Entry<Asked, Answer> | undefined
    try {
      return await new Promise<Answer | undefined>((resolve) => {
        entry = { asked, settle: resolve }
        this.open.set(asked.id, entry)
        signal.addEventListener('abort', () => resolve(undefined), { once: true })
        for (const listener of this.listeners) callListener(listener, asked)
      })
    } finally {
      // The same question may be open again, asked by the next connection.
      if (this.open.get(asked.id) === entry) this.open.delete(asked.id)
    }
  }

  get(id: string): Asked | undefined {
    return this.open.get(id)?.asked
  }

  /** The first answer counts: it is then open no more. @returns false when it is no longer open */
  settle(id: string, answer: Answer): boolean {
    const entry = this.open.get(id)
    this.open.delete(id)
    entry?.settle(answer)
    return entry !== undefined
  }

  onOpen(listener: (asked: Asked) => void): Disposable {
    this.listeners.add(listener)
    for (const { asked } of this.open.values()) callListener(listener, asked)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }
}

/** A listener that throws is its owner's defect; the question stays open for the others. */
function callListener<Asked>(listener: (asked: Asked) => void, asked: Asked): void {
  try {
    listener(asked)
  } catch (error) {
    queueMicrotask(() => {
      throw error
    })
  }
}

/**
 * The name under which a request of the server is asked: the same when the server sends it again, and another one when
 * an app-server that was started anew counts from the beginning, so that a late answer never meets another question.
 */
export function requestName(
  requestId: string | number,
  about: { readonly threadId: string; readonly turnId?: string | null; readonly itemId?: string },
): string {
  const { threadId, turnId = '', itemId = '' } = about
  const hash = createHash('sha256').update(JSON.stringify([threadId, turnId, itemId]))
  return `${String(requestId)}-${hash.digest('hex').slice(0, 12)}`
}
