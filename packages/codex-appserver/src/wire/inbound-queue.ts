/**
 * Keeps arrival order visible to code that awaits.
 *
 * Several frames can arrive in one turn of the event loop. Were they dispatched in one go, a notification that
 * came *after* a response would reach its listeners *before* the code that awaits the response continues, because
 * a promise continues only when the stack is empty. So after a frame that settles a promise the rest waits until
 * all that was to continue has continued.
 *
 * States: `open` (frames go straight through), `holding` (frames wait), `draining` (the waiting ones go through).
 * No more waits than one turn of the event loop brought in.
 */
export class InboundQueue {
  readonly #dispatch: (text: string) => boolean
  #waiting: string[] = []
  #next = 0
  #state: 'open' | 'holding' | 'draining' = 'open'

  /** `dispatch` returns true when it has settled a promise that someone may await. */
  constructor(dispatch: (text: string) => boolean) {
    this.#dispatch = dispatch
  }

  push(text: string): void {
    if (this.#state === 'open') {
      if (this.#dispatch(text)) this.#hold()
    } else {
      this.#waiting.push(text)
    }
  }

  /** Dispatches what still waits, at once: the connection has ended, and nothing comes after. */
  flush(): void {
    this.#state = 'draining'
    let text: string | undefined
    while ((text = this.#take()) !== undefined) this.#dispatch(text)
    this.#state = 'open'
  }

  #hold(): void {
    this.#state = 'holding'
    // Node runs its ticks only when no microtask is left, however many hops the awaiting code needs.
    queueMicrotask(() => {
      process.nextTick(() => {
        this.#drain()
      })
    })
  }

  #drain(): void {
    if (this.#state !== 'holding') return
    this.#state = 'draining'
    let text: string | undefined
    while ((text = this.#take()) !== undefined) {
      if (this.#dispatch(text)) {
        this.#hold()
        return
      }
    }
    this.#state = 'open'
  }

  /** An index instead of `shift()`, which moves everything that still waits. */
  #take(): string | undefined {
    const text = this.#waiting[this.#next]
    this.#next += 1
    if (text === undefined) {
      this.#waiting = []
      this.#next = 0
    }
    return text
  }
}
