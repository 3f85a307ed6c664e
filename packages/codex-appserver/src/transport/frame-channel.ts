/**
 * Why a connection ended.
 * `closed-here` we closed it; `closed-by-peer` the other side ended it in order; `link-failed` it broke;
 * `keep-alive-timeout` the other side fell silent.
 */
export type CloseReason = 'closed-here' | 'closed-by-peer' | 'link-failed' | 'keep-alive-timeout'

/** The end of a connection. */
export interface ConnectionClosed {
  readonly reason: CloseReason
  /** One sentence part for a person, such as `the app-server closed the connection (1006)`. */
  readonly detail: string
  /** The stream's own error, where there was one. */
  readonly cause?: unknown
  /** The last that the process at the other end said on its error output, without secrets, where that was read. */
  readonly stderr?: string
}

/** Receives what a channel reads, in order of arrival and never two calls at once. */
export interface FrameReader {
  /** One whole text frame. Must not throw. */
  frame(text: string): void
  /** Something arrived that is no text frame; `start` is its beginning. Reading goes on. */
  unreadable(start: string, issue: string): void
}

/** A two-way stream of text frames, one JSON message each. The one thing that a client needs of the outside. */
export interface FrameChannel extends AsyncDisposable {
  /**
   * Starts reading; called once. Nothing is read before.
   * Reading never waits: a server that is not read from fast enough cuts the connection.
   */
  start(reader: FrameReader): void
  /**
   * Sends one frame, in call order. Never throws; a frame that can no longer be sent is dropped, and `closed` says why.
   * Calls `gone` once, when the frame no longer takes our memory or was dropped: a connection holds back by it what
   * it has yet to send.
   */
  send(text: string, gone?: () => void): void
  /** Ends the channel and the streams below it. Idempotent; resolves with `closed`. */
  close(): Promise<void>
  /** Resolves once with the end of the channel; never rejects. No frame is read after it. */
  readonly closed: Promise<ConnectionClosed>
}
