import { AckWindow, WRITTEN_BYTES } from './ack-window.ts'
import type { LogPosition, OutputLog } from './output-log.ts'
import type { TerminalExit, TerminalFrame, TerminalView } from './terminal.ts'

/** Less than this is sent only when there is no more: a viewer is not fed in crumbs. A terminal gives twice as much at once. */
const CRUMB_BYTES = 2 * 1024
/** How far a view may be behind its window before it gets the screen. */
const BEHIND_BYTES = 128 * 1024

/** What a view needs of its terminal. */
export interface ViewSource {
  readonly log: OutputLog
  /** What the program has written but nobody has logged yet, is logged now. */
  flush(): void
  /** The screen at the end of the log, in about so many bytes. */
  screen(maxBytes: number): Extract<TerminalFrame, { readonly type: 'screen' }>
  /** Set once everything was logged. */
  readonly exit: TerminalExit | undefined
  /** The view has taken something, can take more, or is gone. */
  changed(): void
  readonly now: () => number
}

/**
 * One viewer's way through the log.
 *
 * *at a position*, from which it reads on; or *lost*: before its first frame, and when it fell so far behind that the
 * next thing it gets is the screen. *over*: after the last frame, or when it was disposed.
 */
export class LiveView implements TerminalView, AsyncIterator<TerminalFrame, undefined> {
  private readonly source: ViewSource
  private readonly window: AckWindow
  private readonly release: () => void
  private position: LogPosition | undefined
  private isFirst = true
  private isOver = false
  private waiting: (() => void) | undefined

  constructor(source: ViewSource, signal: AbortSignal | undefined, onOver: (view: LiveView) => void) {
    this.source = source
    this.window = new AckWindow(source.now)
    const abort = (): void => this[Symbol.dispose]()
    this.release = () => {
      signal?.removeEventListener('abort', abort)
      onOver(this)
    }
    signal?.addEventListener('abort', abort, { once: true })
    if (signal?.aborted === true) this.isOver = true
  }

  /** How much more of the program's output it has room for; at 0 the program would have to wait, if it were alone. */
  get appetite(): number {
    if (this.position === undefined) return this.waiting === undefined ? 0 : this.window.size
    const ahead = this.window.inFlight + this.behind(this.position)
    return Math.max(ahead < CRUMB_BYTES ? CRUMB_BYTES : 0, this.window.size - WRITTEN_BYTES - ahead)
  }

  [Symbol.asyncIterator](): AsyncIterator<TerminalFrame, undefined> {
    return this
  }

  async next(): Promise<IteratorResult<TerminalFrame, undefined>> {
    for (;;) {
      if (this.isOver) return { done: true, value: undefined }
      const frame = this.take()
      if (frame) {
        if (frame.type === 'ended') this.end()
        this.source.changed()
        return { done: false, value: frame }
      }
      const woken = new Promise<void>((resolve) => (this.waiting = resolve))
      this.source.changed()
      await woken
    }
  }

  async return(): Promise<IteratorResult<TerminalFrame, undefined>> {
    this[Symbol.dispose]()
    return { done: true, value: undefined }
  }

  acknowledge(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw new RangeError(`expected a whole number of bytes, got ${String(bytes)}`)
    }
    this.window.acknowledge(bytes)
    this.wake()
    this.source.changed()
  }

  /** There may be something to take. */
  wake(): void {
    this.waiting?.()
    this.waiting = undefined
  }

  [Symbol.dispose](): void {
    if (this.isOver) return
    this.end()
    this.source.changed()
  }

  private end(): void {
    this.isOver = true
    this.release()
    this.wake()
  }

  private take(): TerminalFrame | undefined {
    const { log, exit } = this.source
    if (this.position !== undefined && this.isLost(this.position)) this.position = undefined
    if (this.position === undefined) return this.takeScreen()
    const { room } = this.window
    const read = log.read(this.position, Math.max(0, room))
    if (read === undefined) return exit && { type: 'ended', exit }
    if (read.frame.type === 'output') {
      const { length } = read.frame.data
      const more = read.next.bytes < log.end.bytes
      if (length === 0 || (length < CRUMB_BYTES && more && this.window.inFlight > 0)) return undefined
      this.window.send(length, { more })
    }
    this.position = read.next
    return read.frame
  }

  private takeScreen(): TerminalFrame | undefined {
    if (!this.isFirst && this.window.inFlight > 0 && this.window.room < CRUMB_BYTES) return undefined
    this.source.flush()
    const frame = this.source.screen(this.isFirst ? Number.POSITIVE_INFINITY : this.window.size)
    this.isFirst = false
    this.position = this.source.log.end
    this.window.send(frame.data.length, { more: true })
    return frame
  }

  private isLost(position: LogPosition): boolean {
    return !this.source.log.has(position) || this.behind(position) > this.window.size + BEHIND_BYTES
  }

  private behind(position: LogPosition): number {
    return this.source.log.end.bytes - position.bytes
  }
}
