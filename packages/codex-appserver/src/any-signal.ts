/**
 * `AbortSignal.any` that can be relied on: in Node 20 and 22 the garbage collector takes a source that nobody but the
 * combination knows, such as `AbortSignal.timeout(ms)`, and then it never aborts. A listener keeps it.
 */
export function anySignal(signals: readonly AbortSignal[]): AbortSignal {
  // The same function each time: however often a signal is combined, it has one listener.
  for (const signal of signals) signal.addEventListener('abort', nothing)
  return AbortSignal.any([...signals])
}

function nothing(): void {
  // It is there to be held on to.
}
