/**
 * Puts a burst together that comes in several messages, so that it can be typed at once.
 *
 * *between bursts* at first: each piece is a burst of its own. After `begin`, *collecting* until the announced bytes are
 * there. What is never completed is never typed.
 */
export class BurstCollector {
  private pieces: Uint8Array[] = []
  private missing = 0

  /** The next `bytes` are one burst. @returns false in the middle of another */
  begin(bytes: number): boolean {
    if (this.missing > 0) return false
    this.missing = bytes
    return true
  }

  /** @returns the burst that is complete now, `incomplete`, or `too-much` for more than was announced */
  add(piece: Uint8Array): Uint8Array | 'incomplete' | 'too-much' {
    if (this.missing === 0) return piece
    if (piece.length > this.missing) return 'too-much'
    this.pieces.push(piece)
    this.missing -= piece.length
    if (this.missing > 0) return 'incomplete'
    const whole = Buffer.concat(this.pieces)
    this.pieces = []
    return whole
  }
}
