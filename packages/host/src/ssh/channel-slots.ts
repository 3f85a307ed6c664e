import { untilAborted } from './until-aborted.ts'

/** The right to have one session open. */
export interface Slot {
  /** Gives it back. Idempotent. */
  free(): void
}

/**
 * Counts the sessions of a connection, since a server refuses more than its `MaxSessions`.
 *
 * One place is kept back for the urgent: what ends a command must not wait for that command to end. Waiters are served
 * in the order in which they came, the urgent first.
 */
export class ChannelSlots {
  #limit: number
  #taken = 0
  /** Places that were given back lately: a refusal may be for one of these. */
  #given = 0
  readonly #waiting: { readonly urgent: boolean; readonly wake: () => void }[] = []

  constructor(limit: number) {
    this.#limit = limit
  }

  /** Rejects with the reason of a signal that aborts before a place is free. */
  async take(urgent: boolean, ...signals: readonly (AbortSignal | undefined)[]): Promise<Slot> {
    for (const signal of signals) signal?.throwIfAborted()
    if (this.#waiting.some((waiter) => waiter.urgent || !urgent) || !this.#hasRoom(urgent)) {
      await this.#turn(urgent, signals)
    } else {
      this.#taken += 1
    }
    let isHeld = true
    return {
      free: () => {
        if (!isHeld) return
        isHeld = false
        this.#given = Math.min(this.#given + 1, this.#limit)
        this.#giveBack()
      },
    }
  }

  /**
   * A session was refused, and its place was given back: no more than those that are open now are asked for from now
   * on. False when none is open, so that waiting would not help.
   *
   * sshd counts a session that has closed until it has read all that came with the news, the next request among it. So
   * for each that closed one refusal means nothing, and who was refused tries again.
   */
  lower(): boolean {
    const closed = this.#given - 1
    this.#given = Math.max(0, closed - 1)
    if (closed > 0) return true
    if (this.#taken === 0) return false
    this.#limit = Math.min(this.#limit, this.#taken)
    return true
  }

  #hasRoom(urgent: boolean): boolean {
    const kept = urgent || this.#limit < 2 ? 0 : 1
    return this.#taken < this.#limit - kept
  }

  async #turn(urgent: boolean, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
    let wake = (): void => undefined
    const turn = new Promise<void>((resolve) => {
      wake = resolve
    })
    const waiter = { urgent, wake }
    const firstPatient = this.#waiting.findIndex((other) => !other.urgent)
    this.#waiting.splice(urgent && firstPatient >= 0 ? firstPatient : this.#waiting.length, 0, waiter)
    try {
      await untilAborted(turn, signals)
    } catch (error) {
      const at = this.#waiting.indexOf(waiter)
      if (at >= 0) this.#waiting.splice(at, 1)
      // It was given to somebody who had left by then.
      else this.#giveBack()
      throw error
    }
  }

  #giveBack(): void {
    this.#taken -= 1
    this.#serve()
  }

  #serve(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#hasRoom(next.urgent);
      next = this.#waiting[0]
    ) {
      this.#waiting.shift()
      this.#taken += 1
      next.wake()
    }
  }
}
