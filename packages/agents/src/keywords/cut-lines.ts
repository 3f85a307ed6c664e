const NEWLINE = 0x0a

export interface CutLine {
  /** Without its newline; bytes that are no UTF-8 become U+FFFD. */
  readonly line: string
  /** Bytes from the start of the file to the first byte after this line. */
  readonly next: number
  readonly isCut: boolean
}

/**
 * Cuts what a file holds from `start` on into lines, and takes what stands after the last newline for one. Of a line that
 * is longer than `maxBytes` the beginning is kept.
 */
export async function* cutLines(
  content: AsyncIterable<Uint8Array>,
  start: number,
  maxBytes: number,
): AsyncGenerator<CutLine, void> {
  let held: Uint8Array[] = []
  let [heldBytes, lineBytes, lineStart] = [0, 0, start]
  const hold = (piece: Uint8Array): void => {
    const kept = piece.subarray(0, maxBytes - heldBytes)
    if (kept.length > 0) held.push(kept)
    heldBytes += kept.length
    lineBytes += piece.length
  }
  const tell = (terminator: number): CutLine => {
    const line = Buffer.concat(held).toString('utf8')
    const told = { line, next: lineStart + lineBytes + terminator, isCut: lineBytes > heldBytes }
    held = []
    ;[heldBytes, lineBytes, lineStart] = [0, 0, told.next]
    return told
  }
  for await (const chunk of content) {
    let at = 0
    for (let newline = chunk.indexOf(NEWLINE); newline >= 0; newline = chunk.indexOf(NEWLINE, at)) {
      hold(chunk.subarray(at, newline))
      at = newline + 1
      yield tell(1)
    }
    hold(chunk.subarray(at))
  }
  if (lineBytes > 0) yield tell(0)
}
