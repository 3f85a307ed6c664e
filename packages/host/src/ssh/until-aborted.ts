/**
 * Settles as `work` does, or rejects with the reason of the first signal that aborts before. `work` goes on by itself;
 * its later failure is nobody's. No listener stays behind.
 */
export async function untilAborted<T>(
  work: Promise<T>,
  signals: readonly (AbortSignal | undefined)[],
): Promise<T> {
  const watched = signals.filter((signal) => signal !== undefined)
  work.catch(() => undefined)
  for (const signal of watched) signal.throwIfAborted()
  const release: (() => void)[] = []
  const aborted = new Promise<never>((_resolve, reject) => {
    for (const signal of watched) {
      const relay = () => reject(signal.reason as Error)
      signal.addEventListener('abort', relay, { once: true })
      release.push(() => signal.removeEventListener('abort', relay))
    }
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    for (const done of release) done()
  }
}
