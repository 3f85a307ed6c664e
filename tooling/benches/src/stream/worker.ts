import { fork, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'

/** What a process of the bench does: the words of both sides. */
export interface Service {
  readonly opening: unknown
  readonly opened: unknown
  readonly command: unknown
  readonly answer: unknown
}

/** A process of the bench's own, so that what one side costs is not on the other's account. Whoever opens it closes it. */
export class Worker<T extends Service> implements AsyncDisposable {
  /** What it answered to its first words. */
  readonly opened: T['opened']
  private readonly child: ChildProcess

  private constructor(child: ChildProcess, opened: T['opened']) {
    this.child = child
    this.opened = opened
  }

  /** Starts the module, which calls `serve`, and gives it its first words. */
  static async open<T extends Service>(module: string, opening: T['opening']): Promise<Worker<T>> {
    const child = fork(new URL(module, import.meta.url), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    return new Worker<T>(child, await say(child, opening))
  }

  ask(command: T['command']): Promise<T['answer']> {
    return say(this.child, command)
  }

  async close(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return
    const gone = once(this.child, 'exit')
    if (this.child.connected) this.child.disconnect()
    await gone
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function say(child: ChildProcess, words: unknown): Promise<unknown> {
  const over = new AbortController()
  const { signal } = over
  try {
    const answered = once(child, 'message', { signal })
    const ended = once(child, 'exit', { signal }).then(([code]) => {
      throw new Error(`a process of the bench ended with ${String(code)}`)
    })
    // The one that did not come is given up below, and is no failure.
    for (const one of [answered, ended]) one.catch(() => undefined)
    child.send({ words })
    const [{ answer }] = (await Promise.race([answered, ended])) as [{ readonly answer: unknown }]
    return answer
  } finally {
    over.abort()
  }
}

/** The other side: answers the first words with `open`, then each command in turn; ends when nobody is left to ask. */
export function serve<T extends Service>(
  open: (opening: T['opening']) => Promise<{
    readonly opened: T['opened']
    readonly run: (command: T['command']) => Promise<T['answer']>
    readonly close: () => Promise<void>
  }>,
): void {
  let served: Awaited<ReturnType<typeof open>> | undefined
  let last: Promise<void> = Promise.resolve()
  process.on('message', ({ words }: { readonly words: unknown }) => {
    last = last.then(async () => {
      if (served) {
        process.send?.({ answer: await served.run(words) })
      } else {
        served = await open(words)
        process.send?.({ answer: served.opened })
      }
    })
    last.catch((error: unknown) => {
      process.stderr.write(`${String(error instanceof Error ? error.stack : error)}\n`)
      process.exit(1)
    })
  })
  process.on('disconnect', () => {
    void last.then(async () => {
      await served?.close()
      process.exit(0)
    })
  })
}
