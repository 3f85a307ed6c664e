/** The signals by which a person or a manager ends us; a closed terminal is one. */
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

export interface SignalWatch extends Disposable {
  /** The first signal. */
  readonly first: Promise<(typeof SIGNALS)[number]>
}

/** Listens for signals until it is disposed. A second Ctrl-C ends the process at once, with 130. */
export function watchSignals(): SignalWatch {
  let stopping = false
  let tell: (name: (typeof SIGNALS)[number]) => void = () => undefined
  const first = new Promise<(typeof SIGNALS)[number]>((resolve) => (tell = resolve))
  const onSignal = (name: NodeJS.Signals): void => {
    if (stopping && name === 'SIGINT') process.exit(130)
    stopping = true
    tell(name as (typeof SIGNALS)[number])
  }
  for (const name of SIGNALS) process.on(name, onSignal)
  return {
    first,
    [Symbol.dispose]: () => {
      for (const name of SIGNALS) process.off(name, onSignal)
    },
  }
}
