/** Enough for the headers of nearly every entry. */
const FIRST_BYTES = 8_192

/** Memory in which the headers of one entry are written, one after the other. */
export class HeaderBuffer {
  #bytes = Buffer.alloc(FIRST_BYTES)
  #length = 0

  /** What was written so far; good until the next change. */
  get written(): Buffer {
    return this.#bytes.subarray(0, this.#length)
  }

  get length(): number {
    return this.#length
  }

  /** Where `grow` has made room. */
  get bytes(): Buffer {
    return this.#bytes
  }

  /** Makes room for so many bytes, which the caller writes. @returns where in `bytes` they begin */
  grow(count: number): number {
    const at = this.#length
    this.#length += count
    if (this.#length > this.#bytes.length) {
      const larger = Buffer.alloc(Math.max(this.#length, 2 * this.#bytes.length))
      this.#bytes.copy(larger, 0, 0, at)
      this.#bytes = larger
    }
    return at
  }

  add(bytes: Buffer): void {
    const at = this.grow(bytes.length)
    bytes.copy(this.#bytes, at)
  }

  clear(): void {
    this.#length = 0
    // What one huge header needed is not kept.
    if (this.#bytes.length > FIRST_BYTES) this.#bytes = Buffer.alloc(FIRST_BYTES)
  }
}
