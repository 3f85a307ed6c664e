export interface LaneOptions<T> {
  /** How many may wait; then whoever puts waits. */
  readonly capacity: number
  /** One at a time, in order. Whatever it throws ends the lane. */
  readonly work: (item: T) => Promise<void>
  /** The lane takes nothing more: the work broke, and nobody is to wait for it. */
  readonly onFailure: (error: unknown) => void
  readonly signal: AbortSignal
}

/** A bounded queue with one worker. */
export class Lane<T> {
  readonly #options: LaneOptions<T>
  readonly #waiting: T[] = []
  #isWorking = false
  #isBroken = false
  #changed: (() => void)[] = []

  constructor(options: LaneOptions<T>) {
    this.#options = options
    options.signal.addEventListener('abort', () => this.#tell(), { once: true })
  }

  /** How many wait or are at work. */
  get size(): number {
    return this.#waiting.length + (this.#isWorking ? 1 : 0)
  }

  /** Resolves when there is room, and at once when the lane is over: then the item is left to the journal. */
  async put(item: T): Promise<void> {
    while (this.#waiting.length >= this.#options.capacity && !this.#isOver) await this.#change()
    if (this.#isOver) return
    this.#waiting.push(item)
    if (!this.#isWorking) void this.#run()
  }

  /** Resolves when nothing waits and nothing is at work, and when the lane is over. */
  async drained(): Promise<void> {
    while (this.size > 0 && !this.#isOver) await this.#change()
  }

  /** Resolves when nothing is at work. */
  async idle(): Promise<void> {
    while (this.#isWorking) await this.#change()
  }

  get #isOver(): boolean {
    return this.#isBroken || this.#options.signal.aborted
  }

  async #run(): Promise<void> {
    this.#isWorking = true
    try {
      for (
        let item = this.#waiting.shift();
        item !== undefined && !this.#isOver;
        item = this.#waiting.shift()
      ) {
        this.#tell()
        await this.#options.work(item)
      }
    } catch (error) {
      this.#isBroken = true
      if (!this.#options.signal.aborted) this.#options.onFailure(error)
    } finally {
      this.#isWorking = false
      this.#tell()
    }
  }

  #change(): Promise<void> {
    return new Promise((resolve) => this.#changed.push(resolve))
  }

  #tell(): void {
    const changed = this.#changed
    this.#changed = []
    for (const resolve of changed) resolve()
  }
}
