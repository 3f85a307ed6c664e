const NEWLINE = 0x0a

export interface CutLine {
  /** Without its newline; bytes that are no UTF-8 become U+FFFD. */
  readonly line: string
  /** Bytes from the start of the file to the first byte after this line. */
  readonly next: number
  readonly isCut: boolean
}

/**
 * Cuts what a file holds from `start` on into lines. Of a line that is longer than `maxBytes` the beginning is kept. Tells
 * together what comes in one piece.
 * @param options.takesLast whether what stands after the last newline is a line too. @default true
 */
export async function* cutLines(
  content: AsyncIterable<Uint8Array>,
  start: number,
  maxBytes: number,
  { takesLast = true }: { readonly takesLast?: boolean } = {},
): AsyncGenerator<readonly CutLine[], void> {
  const cutter = new Cutter(start, maxBytes)
  for await (const { buffer, byteOffset, byteLength } of content) {
    const lines = cutter.add(Buffer.from(buffer, byteOffset, byteLength))
    if (lines.length > 0) yield lines
  }
  const last = takesLast ? cutter.end() : undefined
  if (last !== undefined) yield [last]
}

/** Holds the beginning of an unfinished line, and counts the rest of it. */
class Cutter {
  readonly #maxBytes: number
  #held: Uint8Array[] = []
  #heldBytes = 0
  #lineBytes = 0
  #lineStart: number

  constructor(start: number, maxBytes: number) {
    this.#lineStart = start
    this.#maxBytes = maxBytes
  }

  add(chunk: Buffer): readonly CutLine[] {
    const lines: CutLine[] = []
    let at = 0
    for (let newline = chunk.indexOf(NEWLINE); newline >= 0; newline = chunk.indexOf(NEWLINE, at)) {
      lines.push(this.#finish(chunk.subarray(at, newline), 1))
      at = newline + 1
    }
    if (at < chunk.length) this.#hold(chunk.subarray(at))
    return lines
  }

  end(): CutLine | undefined {
    return this.#lineBytes > 0 ? this.#finish(Buffer.alloc(0), 0) : undefined
  }

  #finish(piece: Buffer, terminator: number): CutLine {
    const isWhole = this.#lineBytes === 0 && piece.length <= this.#maxBytes
    if (!isWhole) this.#hold(piece)
    const line = (isWhole ? piece : Buffer.concat(this.#held)).toString('utf8')
    const bytes = isWhole ? piece.length : this.#lineBytes
    const next = this.#lineStart + bytes + terminator
    const isCut = !isWhole && this.#lineBytes > this.#heldBytes
    this.#held = []
    this.#heldBytes = 0
    this.#lineBytes = 0
    this.#lineStart = next
    return { line, next, isCut }
  }

  #hold(piece: Uint8Array): void {
    // What a stream has given may be used again by it.
    const kept = Buffer.from(piece.subarray(0, this.#maxBytes - this.#heldBytes))
    if (kept.length > 0) this.#held.push(kept)
    this.#heldBytes += kept.length
    this.#lineBytes += piece.length
  }
}
