import { Interrupt } from './interrupt.ts'

/**
 * The chunks of a source that may never give another one. An abort ends the wait: its reason is thrown, and the source is
 * told to end, which is not waited for.
 */
export async function* leaveOnAbort<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  const abort = new Interrupt()
  if (signal.aborted) abort.raise()
  signal.addEventListener('abort', abort.raise, { once: true })
  let isOver = false
  try {
    for (;;) {
      const result = await abort.wait(iterator.next())
      if (result === undefined) throw signal.reason
      if (result.done === true) {
        isOver = true
        return
      }
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', abort.raise)
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}
