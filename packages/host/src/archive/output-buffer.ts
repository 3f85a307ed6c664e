/** One write to a pipe of this size costs little per byte. */
const SLAB_BYTES = 131_072
/** Of one `grow`. */
export const MOST_GROWTH_BYTES = SLAB_BYTES
/** More are not kept for later: as many as are on their way to a program. */
const SPARE_SLABS = 9

/** Gathers pieces into slabs, which are used again when they are given back. */
export class OutputBuffer {
  #slab: Buffer = Buffer.allocUnsafeSlow(SLAB_BYTES)
  #filled = 0
  #ready: Buffer[] = []
  #spare: Buffer[] = []
  #total = 0

  /** Bytes that were ever added. */
  get total(): number {
    return this.#total
  }

  /** Copies any number of bytes. */
  add(bytes: Buffer, start = 0, end = bytes.length): void {
    this.#total += end - start
    for (let at = start; at < end;) {
      if (this.#filled === SLAB_BYTES) this.#flush()
      const copied = bytes.copy(this.#slab, this.#filled, at, end)
      this.#filled += copied
      at += copied
    }
  }

  /**
   * Adds so many bytes that the caller writes himself: he fills `slab` from the offset on that is returned, before he
   * calls anything else.
   */
  grow(count: number): number {
    this.#total += count
    if (this.#filled + count > SLAB_BYTES) this.#flush()
    this.#filled += count
    return this.#filled - count
  }

  /** Where `grow` has made room. */
  get slab(): Buffer {
    return this.#slab
  }

  /** Adds so many zeros, at most `MOST_GROWTH_BYTES`. */
  addZeros(count: number): void {
    if (count === 0) return
    const at = this.grow(count)
    this.#slab.fill(0, at, at + count)
  }

  /** What is ready to be written. @param everything the slab that is not full, too */
  take(everything: boolean): readonly Buffer[] {
    if (everything && this.#filled > 0) this.#flush()
    if (this.#ready.length === 0) return this.#ready
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  /** Gives back what `take` returned, when nobody will read it any more. */
  giveBack(piece: Buffer): void {
    if (this.#spare.length < SPARE_SLABS) this.#spare.push(Buffer.from(piece.buffer))
  }

  #flush(): void {
    this.#ready.push(this.#slab.subarray(0, this.#filled))
    this.#slab = this.#spare.pop() ?? Buffer.allocUnsafeSlow(SLAB_BYTES)
    this.#filled = 0
  }
}
