export interface TailOptions {
  /**
   * Where to begin: bytes from the start, or the end that the file has then. An offset beyond the end means that the file
   * was truncated since: it is read from its start. @default 0
   */
  readonly from?: number | 'end'
  /** Ends it at once: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal
  /** Most bytes of a line; of a longer one this much is kept, and `cut` says so. @default 32 MiB */
  readonly maxLineBytes?: number
  /** Refuse a path that ends in a symlink with `io`. @default false */
  readonly noFollow?: boolean
}

/** A line that has its newline. */
export interface TailLine {
  /** Without its newline (`\n` or `\r\n`), decoded as UTF-8; bytes that are none become U+FFFD. */
  readonly line: string
  /** Bytes from the start of the file to the first byte after this line: `from` of a tail that goes on here. */
  readonly offset: number
  /** On the first line after the file was truncated, or another one took its place: offsets count from its start. */
  readonly truncated?: true
  /** The line was longer than `maxLineBytes`, and only its beginning is here. */
  readonly cut?: true
}
