/** One write to a pipe of this size costs little per byte. */
const SLAB_BYTES = 131_072
/** Pieces from this size on are passed on as they are. */
const LARGE_BYTES = 49_152

const ZEROS = Buffer.alloc(512)

/** Gathers small pieces into slabs and passes large ones on without a copy. */
export class OutputBuffer {
  #slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
  /** Where what is not ready begins, and where it ends. */
  #begin = 0
  #filled = 0
  #ready: Buffer[] = []
  #total = 0

  /** Bytes that were ever added. */
  get total(): number {
    return this.#total
  }

  add(piece: Buffer): void {
    this.#total += piece.length
    if (piece.length >= LARGE_BYTES) {
      this.#flush()
      this.#ready.push(piece)
      return
    }
    if (this.#filled + piece.length > SLAB_BYTES) {
      this.#flush()
      // A reader may still hold the old one.
      this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
      this.#begin = 0
      this.#filled = 0
    }
    this.#filled += piece.copy(this.#slab, this.#filled)
  }

  /** At most a block of zeros. */
  addZeros(count: number): void {
    if (count > 0) this.add(count === ZEROS.length ? ZEROS : ZEROS.subarray(0, count))
  }

  /** What is ready to be written. @param everything the slab that is not full, too */
  take(everything: boolean): readonly Buffer[] {
    if (everything) this.#flush()
    const ready = this.#ready
    this.#ready = []
    return ready
  }

  #flush(): void {
    if (this.#filled === this.#begin) return
    this.#ready.push(this.#slab.subarray(this.#begin, this.#filled))
    this.#begin = this.#filled
  }
}
