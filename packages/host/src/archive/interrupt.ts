/**
 * Ends the wait of whoever waits with it. Not `Promise.race`: a promise that lives long keeps all that was ever awaited
 * beside it, here every chunk of an archive.
 */
export class Interrupt {
  #isRaised = false
  #wake = (): void => undefined

  get isRaised(): boolean {
    return this.#isRaised
  }

  /** For good. */
  readonly raise = (): void => {
    this.#isRaised = true
    this.#wake()
  }

  /** One wait at a time. @returns `undefined` when it was interrupted before or while it waited; what comes then is dropped */
  async wait<T extends object>(promise: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      promise.then(resolve, reject)
      if (this.#isRaised) resolve(undefined)
    })
  }
}
