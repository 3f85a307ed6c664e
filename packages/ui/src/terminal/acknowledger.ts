/** Bytes that may be drawn before they are acknowledged, while more are on their way. */
const BATCH = 64 * 1024

/**
 * Says how much was drawn: at once when all that came is drawn, so that a slow link is never left waiting, and else in
 * batches, so that a flood costs few messages.
 */
export class Acknowledger {
  private readonly send: (bytes: number) => void
  private pending = 0
  private drawn = 0

  constructor(send: (bytes: number) => void) {
    this.send = send
  }

  /** So many bytes came, and are being drawn. */
  received(bytes: number): void {
    this.pending += bytes
  }

  /** So many of them were drawn. */
  drew(bytes: number): void {
    this.pending -= bytes
    this.drawn += bytes
    if (this.drawn === 0 || (this.pending > 0 && this.drawn < BATCH)) return
    this.send(this.drawn)
    this.drawn = 0
  }
}
