/** Tells the time to whoever shows how long something takes or took. It ticks only while somebody listens. */
export class Ticker {
  private readonly everyMs: number
  private readonly listeners = new Set<() => void>()
  private timer: ReturnType<typeof setInterval> | undefined
  private now = Date.now()

  constructor(everyMs: number) {
    this.everyMs = everyMs
  }

  /** Milliseconds since the epoch, as of the last tick. */
  readonly read = (): number => this.now

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener)
    this.timer ??= setInterval(() => this.tick(), this.everyMs)
    // Nobody listened until now, so the last tick may be long ago.
    if (this.listeners.size === 1) this.now = Date.now()
    return () => {
      this.listeners.delete(listener)
      if (this.listeners.size > 0) return
      clearInterval(this.timer)
      this.timer = undefined
    }
  }

  private tick(): void {
    this.now = Date.now()
    for (const listener of [...this.listeners]) listener()
  }
}
