/** In character cells. */
export interface TerminalSize {
  readonly columns: number
  readonly rows: number
}

/** What the server says as text. Its binary messages are bytes of the program. */
export type ServerMessage =
  /** The next `bytes` bytes draw the screen anew. */
  | ({ readonly type: 'screen'; readonly bytes: number } & TerminalSize)
  | ({ readonly type: 'resized' } & TerminalSize)
  | { readonly type: 'ended'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly type: 'failed'; readonly message: string; readonly remedy?: string }

/** What the page says as text. Its binary messages are what a person types. */
export type ViewerMessage =
  | { readonly type: 'acknowledge'; readonly bytes: number }
  | ({ readonly type: 'resize' } & TerminalSize)
  /** The binary messages that follow, of so many bytes together, are one burst. */
  | { readonly type: 'burst'; readonly bytes: number }
