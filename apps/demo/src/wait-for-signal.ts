/** The signals by which a person or a manager ends us; a closed terminal is one. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface SignalWatch extends Disposable {
  /** Aborts with the first signal. */
  readonly signal: AbortSignal
  /** The first signal. */
  readonly first: Promise<(typeof SIGNALS)[number]>
}

/** Listens for signals until it is disposed. A second Ctrl-C ends the process at once, with 130. */
export function watchSignals(): SignalWatch {
  const stop = new AbortController()
  let tell: (name: (typeof SIGNALS)[number]) => void = () => undefined
  const first = new Promise<(typeof SIGNALS)[number]>((resolve) => (tell = resolve))
  const onSignal = (name: NodeJS.Signals): void => {
    if (stop.signal.aborted && name === 'SIGINT') process.exit(130)
    stop.abort()
    tell(name as (typeof SIGNALS)[number])
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    signal: stop.signal,
    first,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
