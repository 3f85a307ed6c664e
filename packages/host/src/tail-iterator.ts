import { createAbortableIterator } from './abortable-iterator.ts'
import type { TailLine } from './tail.ts'

/** Lines that were found together. They are told one by one. */
export type TailBatch = readonly TailLine[]

/**
 * As `createAbortableIterator`, over a generator that finds lines in batches: a promise for each line, and no turn of the
 * generator, so that a flood of short lines costs little more than cutting it.
 */
export function createTailIterator(
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => AsyncGenerator<TailBatch, void>,
): AsyncIterator<TailLine, void> {
  return new TailIterator(signals, run)
}

/** *between batches*: whoever asks waits for the next one, in turn; *in a batch*: whoever asks has its next line. */
class TailIterator implements AsyncIterator<TailLine, void> {
  /** A field, since asking a signal costs as much as telling a line. */
  #isAborted = false
  readonly #batches: AsyncIterator<TailBatch, void>
  #batch: TailBatch = []
  #at = 0
  #waiting = 0
  /** Of those who wait; it does not fail. */
  #last: Promise<unknown> = Promise.resolve()

  constructor(
    signals: readonly (AbortSignal | undefined)[],
    run: (signal: AbortSignal) => AsyncGenerator<TailBatch, void>,
  ) {
    this.#batches = createAbortableIterator(signals, (signal) => {
      signal.addEventListener('abort', () => (this.#isAborted = true), { once: true })
      return run(signal)
    })
  }

  next(): Promise<IteratorResult<TailLine, void>> {
    const line = this.#waiting === 0 ? this.#take() : undefined
    return line === undefined ? this.#wait() : Promise.resolve({ done: false, value: line })
  }

  async return(): Promise<IteratorResult<TailLine, void>> {
    this.#batch = []
    await this.#batches.return?.()
    return { done: true, value: undefined }
  }

  #take(): TailLine | undefined {
    // The generator says why.
    if (this.#isAborted) this.#batch = []
    const line = this.#batch[this.#at]
    this.#at += 1
    return line
  }

  #wait(): Promise<IteratorResult<TailLine, void>> {
    this.#waiting += 1
    const own = this.#afterOthers(this.#last)
    this.#last = own.then(
      () => undefined,
      () => undefined,
    )
    return own
  }

  async #afterOthers(before: Promise<unknown>): Promise<IteratorResult<TailLine, void>> {
    try {
      await before
      for (;;) {
        const line = this.#take()
        if (line !== undefined) return { done: false, value: line }
        const next = await this.#batches.next()
        if (next.done === true) return next
        this.#batch = next.value
        this.#at = 0
      }
    } finally {
      // Before whoever asked can ask again: of a flood only the first line of a batch is waited for.
      this.#waiting -= 1
    }
  }
}
