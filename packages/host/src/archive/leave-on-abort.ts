/**
 * The chunks of a source that may never give another one. An abort ends the wait: its reason is thrown, and the source is
 * told to end, which is not waited for.
 */
export async function* leaveOnAbort<T>(source: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  const iterator = source[Symbol.asyncIterator]()
  let leave = (): void => undefined
  const aborted = new Promise<'aborted'>((resolve) => {
    leave = () => resolve('aborted')
  })
  if (signal.aborted) leave()
  signal.addEventListener('abort', leave, { once: true })
  let isOver = false
  try {
    for (;;) {
      const next = iterator.next()
      // A failure after the abort is nobody's business.
      next.catch(() => undefined)
      const result = await Promise.race([next, aborted])
      if (result === 'aborted') throw signal.reason
      if (result.done === true) {
        isOver = true
        return
      }
      yield result.value
    }
  } finally {
    signal.removeEventListener('abort', leave)
    if (!isOver) void Promise.resolve(iterator.return?.()).catch(() => undefined)
  }
}
