/** In character cells; both at least 1. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** How the program in a terminal ended. */
export interface TerminalExit {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
}

/** What a view yields, in this order: one `screen`, then the rest as it happens. */
export type TerminalFrame =
  /** The screen as it is now, as bytes that draw it on a terminal of `size` whatever that one shows; a later one takes the place of what the view missed. */
  | { readonly type: 'screen'; readonly size: TerminalSize; readonly data: Uint8Array }
  /** Raw bytes of the program, to be written after what came before. */
  | { readonly type: 'output'; readonly data: Uint8Array }
  | { readonly type: 'resized'; readonly size: TerminalSize }
  /** The last frame. */
  | { readonly type: 'ended'; readonly exit: TerminalExit }

/**
 * One viewer's way to look at a terminal; for one reader.
 *
 * Output that the reader has not acknowledged is bounded by a window. The program runs at the pace of its fastest
 * viewer; one that falls behind gets the screen in place of what it missed, and slows nobody. Without any viewer the
 * program runs as it likes.
 */
export interface TerminalView extends AsyncIterable<TerminalFrame>, Disposable {
  /** Says that so many bytes of `screen` and `output` frames were drawn. What nobody acknowledges is not sent on. */
  acknowledge(bytes: number): void
}

/**
 * A program on a PTY with a screen that any number of viewers share.
 *
 * It answers by itself what the program asks a terminal (device attributes, cursor position, colours, modes), exactly
 * once. A viewer's emulator makes such answers too: they must not be written here, and the emulator is best kept from
 * making them (it must still take the questions as read). Cells are as wide as in Unicode 11.
 * Whoever opens it closes it; closing ends the program in it, and nothing else.
 */
export interface Terminal extends AsyncDisposable {
  readonly size: TerminalSize
  /** Opens a view. It ends with the terminal, with `signal`, or when it is disposed. */
  view(options?: { readonly signal?: AbortSignal }): TerminalView
  /**
   * Types something, as a person's emulator does: all of it, before anything that is written later, whoever writes it.
   * Resolves when the program's side has taken it; what is written to an ended terminal is dropped.
   */
  write(data: Uint8Array | string): Promise<void>
  /** Gives the program another size; every view is told. The last one who asks wins. @throws RangeError */
  resize(size: TerminalSize): void
  /** Resolves when the program has ended; never rejects. */
  readonly ended: Promise<TerminalExit>
  /** Idempotent. */
  close(): Promise<void>
}
