const ESCAPE = 0x1b
/** The first byte, in UTF-8, of the one-character forms of the escape sequences. */
const C1 = 0xc2
/** The beginning of a longer one stands for it: the rest of it then goes the same way. */
const MAX_BYTES = 64 * 1024

/** What of the parser's state tells whether it is in the middle of something. */
export interface ParserState {
  readonly _utf8Decoder: { readonly interim: Uint8Array }
  readonly _parser: { readonly currentState: number }
}

/** The bytes of an escape sequence or a character whose end has not come yet: whoever looks from here on needs them. */
export class UnfinishedSequence {
  private kept: Uint8Array = new Uint8Array()

  get bytes(): Uint8Array {
    return this.kept
  }

  /** `data` was parsed, with this outcome. */
  follow(data: Uint8Array, { _parser, _utf8Decoder }: ParserState): void {
    if (_parser.currentState === 0) {
      this.kept = _utf8Decoder.interim.filter((byte) => byte !== 0)
      return
    }
    const from = lastIntroducer(data)
    this.kept =
      from >= 0
        ? data.slice(from, from + MAX_BYTES)
        : Buffer.concat([this.kept, data.subarray(0, Math.max(0, MAX_BYTES - this.kept.length))])
  }
}

function lastIntroducer(data: Uint8Array): number {
  let c1 = data.lastIndexOf(C1)
  while (c1 >= 0 && !((data[c1 + 1] ?? 0) >= 0x90 && (data[c1 + 1] ?? 0) <= 0x9f)) {
    c1 = c1 === 0 ? -1 : data.lastIndexOf(C1, c1 - 1)
  }
  return Math.max(data.lastIndexOf(ESCAPE), c1)
}
