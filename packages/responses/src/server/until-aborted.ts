/**
 * The same items, but waiting for the next one ends with `signal.reason` when the signal aborts,
 * even if the source never yields again. The source is told to finish and not waited for.
 */
export async function* untilAborted<T>(
  source: AsyncGenerator<T, void, undefined>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const { aborted, stop } = rejectOnAbort(signal)
  try {
    for (;;) {
      const { value, done } = await Promise.race([source.next(), aborted])
      if (done === true) return
      yield value
    }
  } finally {
    stop()
    // A generator that hangs in an await would let this promise hang too; its own signal is what ends it.
    source.return().catch(() => undefined)
  }
}

function rejectOnAbort(signal: AbortSignal): { readonly aborted: Promise<never>; readonly stop: () => void } {
  const { promise, reject } = withReject()
  const onAbort = () => {
    reject(signal.reason as Error)
  }
  if (signal.aborted) onAbort()
  else signal.addEventListener('abort', onAbort, { once: true })
  return {
    aborted: promise,
    stop: () => {
      signal.removeEventListener('abort', onAbort)
    },
  }
}

function withReject(): { readonly promise: Promise<never>; readonly reject: (reason: Error) => void } {
  let reject: (reason: Error) => void = () => undefined
  const promise = new Promise<never>((_resolve, rejectPromise) => {
    reject = rejectPromise
  })
  // It may reject while nobody races against it.
  promise.catch(() => undefined)
  return { promise, reject }
}
