/**
 * The same items, but waiting for the next one ends with `signal.reason` when the signal aborts,
 * even if the source never yields again. `return()` tells the source to finish and does not wait for it.
 */
export function untilAborted<T>(
  source: AsyncGenerator<T, void, undefined>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const items = generate(source, signal)
  return items
}

async function* generate<T>(
  source: AsyncGenerator<T, void, undefined>,
  signal: AbortSignal,
): AsyncGenerator<T, void, undefined> {
  const { promise: aborted, stop } = rejectOnAbort(signal)
  try {
    for (;;) {
      const next = source.next()
      const { value, done } = await Promise.race([next, aborted])
      if (done === true) return
      yield value
    }
  } finally {
    stop()
    // A generator that hangs in an await would let this promise hang too; its own signal is what ends it.
    source.return().catch(() => undefined)
  }
}

function rejectOnAbort(signal: AbortSignal): { readonly promise: Promise<never>; readonly stop: () => void } {
  let stop = (): void => undefined
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = () => {
      reject(signal.reason as Error)
    }
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
    stop = () => {
      signal.removeEventListener('abort', onAbort)
    }
  })
  promise.catch(() => undefined)
  return { promise, stop }
}
