/** Puts together what is passed on: parts of the chunks that came, and what is written anew between them. */
export class PassedOutput {
  #chunk: Buffer = Buffer.alloc(0)
  /** Of the chunk, not yet among the pieces. */
  #start = 0
  #end = 0
  #pieces: Buffer[] = []
  #total = 0

  /** Bytes that were ever passed on. */
  get total(): number {
    return this.#total
  }

  /** From now on `keep` and `replace` are about this chunk. What was made of the last one must have been taken. */
  begin(chunk: Buffer): void {
    this.#chunk = chunk
    this.#start = 0
    this.#end = 0
  }

  /** Passes on a part of the chunk, without a copy. */
  keep(start: number, end: number): void {
    if (start !== this.#end) this.#cut(start)
    this.#end = end
    this.#total += end - start
  }

  /** As `keep`, but with other content of the same length: what stood there is overwritten. */
  replace(start: number, content: Buffer): void {
    content.copy(this.#chunk, start)
    this.keep(start, start + content.length)
  }

  /** As `keep`, with zeros for what stood there. */
  blank(start: number, end: number): void {
    this.#chunk.fill(0, start, end)
    this.keep(start, end)
  }

  /** Passes on what is no part of the chunk. It must not change any more. */
  add(bytes: Buffer): void {
    if (bytes.length === 0) return
    this.#cut(this.#end)
    this.#pieces.push(bytes)
    this.#total += bytes.length
  }

  /** In their order. They are good as long as the chunk is. */
  take(): readonly Buffer[] {
    this.#cut(this.#end)
    const pieces = this.#pieces
    this.#pieces = []
    return pieces
  }

  #cut(next: number): void {
    if (this.#end > this.#start) this.#pieces.push(this.#chunk.subarray(this.#start, this.#end))
    this.#start = next
    this.#end = next
  }
}
