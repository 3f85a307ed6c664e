import type { ConnectionClosed } from './frame-channel.ts'

/** The one end of a channel: the first reason counts, later ones are ignored. */
export class Ending {
  readonly closed: Promise<ConnectionClosed>
  /** `closed` without its value, for `close()`. */
  readonly settled: Promise<void>
  #resolve: (closed: ConnectionClosed) => void = () => undefined
  #ended = false

  constructor() {
    this.closed = new Promise((resolve) => {
      this.#resolve = resolve
    })
    this.settled = this.closed.then(() => undefined)
  }

  get ended(): boolean {
    return this.#ended
  }

  /** True for the call that ended it. */
  end(closed: ConnectionClosed): boolean {
    if (this.#ended) return false
    this.#ended = true
    this.#resolve(closed)
    return true
  }
}
