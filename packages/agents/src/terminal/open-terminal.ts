import type { Pty } from '@x/host'
import { OutputLog } from './output-log.ts'
import { Screen, type ScreenColours } from './screen.ts'
import { LiveView, type ViewSource } from './terminal-view.ts'
import type { Terminal, TerminalExit, TerminalFrame, TerminalSize, TerminalView } from './terminal.ts'

/** What comes together within this time travels together. */
const JOIN_MS = 4
const PIECE_BYTES = 64 * 1024
/** More than the widest window: the fastest viewer never loses its place. */
const LOG_BYTES = 2 * 1024 * 1024 + 4 * PIECE_BYTES

/** What a terminal needs of the machine; `Host.openPty` gives it. */
export type TerminalPty = Pick<Pty, 'output' | 'write' | 'resize' | 'exited' | 'close'>

export interface TerminalOptions {
  /** The size that the PTY was opened with. */
  readonly size: TerminalSize
  /** Lines above the screen that are kept, and drawn for a viewer. @default 1_000 */
  readonly scrollback?: number
  /** Of a screen frame, about; what is on the screen itself is always sent. @default 256 Ki */
  readonly maxScreenBytes?: number
  /** What the program is told when it asks, as `rgb:rrrr/gggg/bbbb`. @default light grey on black */
  readonly colours?: ScreenColours
}

/**
 * Makes a shared terminal of a program on a PTY, whose output nobody else may read. It takes the PTY: closing the
 * terminal closes it.
 *
 * The terminal itself answers what the program asks a terminal (its kind, the cursor's position, colours, modes):
 * exactly once, with any number of viewers, and without one. So **a viewer must not send the answers that its own
 * emulator makes**, only what a person does.
 * @throws RangeError for a size that is none
 */
export function openTerminal(pty: TerminalPty, options: TerminalOptions): Terminal {
  assertSize(options.size)
  return new SharedTerminal(pty, options)
}

/**
 * *running*; *ended*: the program has exited, and its last output is on its way; *over*: all of it was logged.
 *
 * Output is logged and parsed in the same step, so that the screen is always the one at the end of the log.
 */
class SharedTerminal implements Terminal {
  readonly ended: Promise<TerminalExit>
  private readonly pty: TerminalPty
  private readonly screen: Screen
  private readonly source: ViewSource
  private readonly log = new OutputLog(LOG_BYTES)
  private readonly views = new Set<LiveView>()
  private readonly maxScreenBytes: number
  private batch: Uint8Array[] = []
  private batchBytes = 0
  private flushedAt = Number.NEGATIVE_INFINITY
  private cancelFlush: (() => void) | undefined
  private exit: TerminalExit | undefined
  private closing: Promise<void> | undefined

  constructor(pty: TerminalPty, options: TerminalOptions) {
    const { size, scrollback = 1_000, maxScreenBytes = 256 * 1024, colours } = options
    this.pty = pty
    this.maxScreenBytes = maxScreenBytes
    this.screen = new Screen(size, {
      scrollback,
      ...(colours && { colours }),
      onReply: (reply) => void pty.write(reply),
    })
    this.source = this.createSource()
    this.ended = pty.exited.then(({ exitCode, signal }) => ({ exitCode, signal }))
    pty.output.on('data', (data: Uint8Array) => this.take(data))
    pty.output.once('end', () => void this.finish())
  }

  get size(): TerminalSize {
    return this.screen.size
  }

  view(options: { readonly signal?: AbortSignal } = {}): TerminalView {
    const view = new LiveView(this.source, options.signal, (over) => this.views.delete(over))
    if (options.signal?.aborted !== true) this.views.add(view)
    this.pace()
    return view
  }

  write(data: Uint8Array | string): Promise<void> {
    return this.pty.write(data)
  }

  resize(size: TerminalSize): void {
    assertSize(size)
    const { columns, rows } = size
    if (this.exit || (columns === this.size.columns && rows === this.size.rows)) return
    // What was written before belongs to the old size.
    this.flush()
    this.screen.resize({ columns, rows })
    this.pty.resize({ columns, rows })
    this.log.resized({ columns, rows })
    this.wake()
  }

  close(): Promise<void> {
    this.closing ??= this.pty.close()
    return this.closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private createSource(): ViewSource {
    const exit = (): TerminalExit | undefined => this.exit
    const { log } = this
    return {
      log,
      flush: () => this.flush(),
      screen: (maxBytes) => this.drawn(maxBytes),
      changed: () => this.pace(),
      now: () => performance.now(),
      get exit() {
        return exit()
      },
    }
  }

  private drawn(maxBytes: number): Extract<TerminalFrame, { readonly type: 'screen' }> {
    const data = this.screen.draw(Math.min(maxBytes, this.maxScreenBytes))
    return { type: 'screen', size: this.size, data }
  }

  /** The first piece after a pause leaves with whatever comes in the same instant; in a flood they wait for each other. */
  private take(data: Uint8Array): void {
    this.batch.push(data)
    this.batchBytes += data.length
    if (this.batchBytes >= Math.min(PIECE_BYTES, this.appetite())) {
      this.flush()
    } else if (!this.cancelFlush) {
      const waitMs = this.flushedAt + JOIN_MS - performance.now()
      if (waitMs <= 0) {
        const soon = setImmediate(() => this.flush())
        this.cancelFlush = () => clearImmediate(soon)
      } else {
        const late = setTimeout(() => this.flush(), waitMs)
        this.cancelFlush = () => clearTimeout(late)
      }
    }
  }

  private flush(): void {
    this.cancelFlush?.()
    this.cancelFlush = undefined
    if (this.batchBytes === 0) return
    const piece = this.batch.length === 1 && this.batch[0] ? this.batch[0] : Buffer.concat(this.batch)
    this.batch = []
    this.batchBytes = 0
    this.flushedAt = performance.now()
    this.log.output(piece)
    this.screen.feed(piece)
    this.wake()
    this.pace()
  }

  private wake(): void {
    for (const view of this.views) view.wake()
  }

  /** Of the hungriest viewer. What is read beyond it would stand between a key and its effect. */
  private appetite(): number {
    if (this.views.size === 0) return PIECE_BYTES
    return Math.max(...[...this.views].map((view) => view.appetite))
  }

  /** The program waits while nobody who looks can take more. */
  private pace(): void {
    const { output } = this.pty
    const isFull = this.appetite() === 0
    if (isFull && !output.isPaused()) output.pause()
    else if (!isFull && output.isPaused()) output.resume()
  }

  private async finish(): Promise<void> {
    const exit = await this.ended
    this.flush()
    this.exit = exit
    this.wake()
  }
}

function assertSize({ columns, rows }: TerminalSize): void {
  for (const [name, value] of Object.entries({ columns, rows })) {
    if (!Number.isInteger(value) || value < 1 || value > 1_000) {
      throw new RangeError(`expected ${name} to be a whole number from 1 to 1000, got ${String(value)}`)
    }
  }
}
