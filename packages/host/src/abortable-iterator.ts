/**
 * Runs an async generator under a signal of its own, which aborts with the first of `signals`, whose reason it then
 * throws. `return()` ends it at once, also while a `next()` waits.
 *
 * Not `AbortSignal.any`: its result may be collected, and then never aborts.
 */
export function createAbortableIterator<T>(
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterator<T, void> {
  return new AbortableIterator(signals, run)
}

const DONE = { done: true, value: undefined } as const
const LEFT = new Error('the iteration was left')

/** *new*: nothing runs, no signal is listened to; *running*; *over*: every `next()` is the end. */
class AbortableIterator<T> implements AsyncIterator<T, void> {
  readonly #signals: readonly (AbortSignal | undefined)[]
  readonly #run: (signal: AbortSignal) => AsyncGenerator<T, void>
  readonly #ending = new AbortController()
  #generator: AsyncGenerator<T, void> | undefined
  #isOver = false

  constructor(
    signals: readonly (AbortSignal | undefined)[],
    run: (signal: AbortSignal) => AsyncGenerator<T, void>,
  ) {
    this.#signals = signals
    this.#run = run
  }

  async next(): Promise<IteratorResult<T, void>> {
    if (this.#isOver) return DONE
    try {
      this.#generator ??= this.#start()
      const result = await this.#generator.next()
      if (result.done === true) this.#end()
      return result
    } catch (error) {
      this.#end()
      if (error === LEFT) return DONE
      throw error
    }
  }

  async return(): Promise<IteratorResult<T, void>> {
    this.#end()
    this.#ending.abort(LEFT)
    await this.#generator?.return()
    return DONE
  }

  #start(): AsyncGenerator<T, void> {
    for (const signal of this.#signals) {
      signal?.throwIfAborted()
      signal?.addEventListener('abort', this.#relay, { once: true })
    }
    return this.#run(this.#ending.signal)
  }

  #end(): void {
    this.#isOver = true
    for (const signal of this.#signals) signal?.removeEventListener('abort', this.#relay)
  }

  readonly #relay = (event: Event): void => {
    this.#ending.abort((event.target as AbortSignal).reason)
  }
}
