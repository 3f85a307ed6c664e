import { once } from 'node:events'
import { Readable, type Writable } from 'node:stream'
import type { ExecOptions } from '../exec-result.ts'

type Pieces = Exclude<ExecOptions['stdin'], string | Uint8Array | undefined>

/**
 * Writes a program's input and ends it. A program may end, or close its input, before it has read all: that is its
 * right, not a failure, and an iterable is left then.
 * @param onSourceError gets what an iterable throws, after which nothing more is written
 */
export function feedInput(
  sink: Writable | null,
  input: ExecOptions['stdin'],
  onSourceError: (error: unknown) => void,
): void {
  if (sink === null || input === undefined) return
  sink.on('error', () => undefined)
  if (typeof input === 'string' || input instanceof Uint8Array) sink.end(input)
  else void pump(input, sink, onSourceError)
}

/** Not a pipeline: that would wait for a source which is asked and does not answer. */
async function pump(source: Pieces, sink: Writable, onSourceError: (error: unknown) => void): Promise<void> {
  const iterator = source[Symbol.asyncIterator]()
  const leave = (): void => {
    if (source instanceof Readable) source.destroy()
    else iterator.return?.().then(undefined, () => undefined)
  }
  sink.once('close', leave)
  try {
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) {
      if (!sink.destroyed && !sink.write(next.value)) await drained(sink)
      if (sink.destroyed) return
    }
    sink.off('close', leave)
    sink.end()
  } catch (error) {
    if (sink.destroyed) return
    onSourceError(error)
    sink.destroy()
  }
}

async function drained(sink: Writable): Promise<void> {
  const done = new AbortController()
  try {
    const waits = ['drain', 'close'].map((event) => once(sink, event, { signal: done.signal }))
    // What has no winner is given up, and an error is told by the closing.
    await Promise.race(waits.map((wait) => wait.catch(() => undefined)))
  } finally {
    done.abort()
  }
}
