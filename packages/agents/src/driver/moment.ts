/** Lets one loop wait until something has changed. */
export class Moment {
  #isDue = false
  #wake: (() => void) | undefined

  /** Something has changed. */
  readonly tell = (): void => {
    this.#isDue = true
    this.#wake?.()
  }

  /** Resolves when something has changed since the last time. */
  async next(): Promise<void> {
    if (!this.#isDue) await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = undefined
    this.#isDue = false
  }
}
