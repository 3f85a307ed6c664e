/** Hands a frame to the channel; `gone` is called when the frame no longer takes memory. */
type Send = (text: string, gone: () => void) => void

interface Held {
  readonly render: () => string
  readonly failed: (error: unknown) => void
}

/**
 * Keeps what is on its way to a peer that reads slowly, or not at all, within bounds.
 *
 * States: *open* (fewer bytes than the limit are on their way: a message is sent at once, however large it is), and
 * *full* (messages wait in their order, not yet written as JSON, so that they cost next to nothing; each may be
 * taken back until it is sent).
 */
export class Outbox {
  readonly #send: Send
  readonly #maxBytes: number
  readonly #held = new Set<Held>()
  #bytes = 0
  #isReleasing = false

  constructor(send: Send, maxBytes: number) {
    this.#send = send
    this.#maxBytes = maxBytes
  }

  /**
   * Sends what `render` returns, now or when there is room; what it throws goes to `failed`.
   * @returns takes the message back; has no effect once it is sent.
   */
  push(render: () => string, failed: (error: unknown) => void): () => void {
    const message: Held = { render, failed }
    if (this.#isReleasing || this.#held.size > 0 || this.#isFull()) this.#held.add(message)
    else this.#pass(message)
    return () => {
      this.#held.delete(message)
    }
  }

  /** Forgets all that waits. */
  clear(): void {
    this.#held.clear()
  }

  #isFull(): boolean {
    return this.#bytes >= this.#maxBytes
  }

  #pass({ render, failed }: Held): void {
    let text: string
    try {
      text = render()
    } catch (error) {
      failed(error)
      return
    }
    const bytes = Buffer.byteLength(text)
    this.#bytes += bytes
    this.#send(text, () => {
      this.#bytes -= bytes
      this.#release()
    })
  }

  #release(): void {
    if (this.#isReleasing) return
    this.#isReleasing = true
    // What is added meanwhile stands at the end, and this loop comes to it.
    for (const message of this.#held) {
      if (this.#isFull()) break
      this.#held.delete(message)
      this.#pass(message)
    }
    this.#isReleasing = false
  }
}
