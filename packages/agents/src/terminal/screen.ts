import { createEmulator, type Emulator } from './emulator.ts'
import { drawScreen } from './draw-screen.ts'
import { isStyledText, lastLines } from './last-lines.ts'
import type { TerminalSize } from './terminal.ts'
import { UnfinishedSequence } from './unfinished-sequence.ts'

export interface ScreenColours {
  readonly foreground: string
  readonly background: string
}

const LIGHT_ON_DARK: ScreenColours = { foreground: 'rgb:d4d4/d4d4/d4d4', background: 'rgb:0000/0000/0000' }
/** While output floods it is parsed in larger parts, of which what has scrolled out of sight is left out. */
const LARGEST_LAG_BYTES = 1024 * 1024
const SMALL_BYTES = 16 * 1024
const LAG_MS = 10
/** Styled text asks for no answer: as long as nothing else comes, nobody waits for its parsing. */
const CALM_LAG_MS = 250

export interface ScreenOptions {
  readonly scrollback: number
  readonly colours?: ScreenColours
  /** What the program asked for. */
  readonly onReply: (reply: string) => void
}

/** What a terminal shows: the one place where output is understood. */
export class Screen {
  private readonly emulator: Emulator
  private readonly scrollback: number
  private readonly unfinished = new UnfinishedSequence()
  private waiting: Uint8Array[] = []
  private waitingBytes = 0
  private timer: ReturnType<typeof setTimeout> | undefined
  /** When the timer ends. */
  private due = 0
  private drawn: { readonly maxBytes: number; readonly data: Uint8Array } | undefined

  constructor(size: TerminalSize, options: ScreenOptions) {
    const { scrollback, colours = LIGHT_ON_DARK, onReply } = options
    this.scrollback = scrollback
    this.emulator = createEmulator(size, scrollback)
    const { terminal } = this.emulator
    terminal.onData(onReply)
    const answers = [
      [10, colours.foreground],
      [11, colours.background],
      [12, colours.foreground],
    ] as const
    for (const [code, colour] of answers) {
      terminal.parser.registerOscHandler(code, (asked) => {
        if (asked !== '?') return false
        onReply(`\x1b]${code};${colour}\x1b\\`)
        return true
      })
    }
  }

  get size(): TerminalSize {
    const { cols, rows } = this.emulator.terminal
    return { columns: cols, rows }
  }

  /**
   * Takes output in: a little of it at once, since the program may have asked something; a flood within 10 ms, or
   * within 250 ms while it is nothing but styled text.
   */
  feed(data: Uint8Array): void {
    this.drawn = undefined
    this.waiting.push(data)
    this.waitingBytes += data.length
    const isFlood = data.length > SMALL_BYTES || this.timer !== undefined
    if (!isFlood || this.waitingBytes >= LARGEST_LAG_BYTES) this.catchUp()
    else this.catchUpWithin(isStyledText(data) ? CALM_LAG_MS : LAG_MS)
  }

  resize({ columns, rows }: TerminalSize): void {
    this.catchUp()
    this.drawn = undefined
    this.emulator.terminal.resize(columns, rows)
  }

  /** The screen as bytes, with as many of the lines above it as fit. */
  draw(maxBytes: number): Uint8Array {
    this.catchUp()
    if (this.drawn?.maxBytes !== maxBytes) {
      const tail = this.unfinished.bytes
      const data = Buffer.concat([drawScreen(this.emulator, { scrollback: this.scrollback, maxBytes }), tail])
      this.drawn = { maxBytes, data }
    }
    return this.drawn.data
  }

  private catchUpWithin(lagMs: number): void {
    const due = performance.now() + lagMs
    if (this.timer !== undefined && this.due <= due) return
    clearTimeout(this.timer)
    this.due = due
    this.timer = setTimeout(() => this.catchUp(), lagMs)
  }

  private catchUp(): void {
    clearTimeout(this.timer)
    this.timer = undefined
    if (this.waitingBytes === 0) return
    const data = this.waiting.length === 1 && this.waiting[0] ? this.waiting[0] : Buffer.concat(this.waiting)
    this.waiting = []
    this.waitingBytes = 0
    const { emulator } = this
    emulator.feed(this.inSight(data))
    this.unfinished.follow(data, emulator.state._inputHandler)
  }

  /** Lines of text push each other out: of many, only as many as are kept make a difference. */
  private inSight(data: Uint8Array): Uint8Array {
    const { state, terminal } = this.emulator
    const { _parser, _utf8Decoder } = state._inputHandler
    const { normal, alt } = state.buffers
    const { scrollTop, scrollBottom } = terminal.buffer.active.type === 'normal' ? normal : alt
    const isPlace = scrollTop === 0 && scrollBottom === terminal.rows - 1
    if (!isPlace || _parser.currentState !== 0 || _utf8Decoder.interim[0] !== 0) return data
    // As many to come to the bottom, as many for the screen, and the lines above it.
    return lastLines(data, 2 * terminal.rows + this.scrollback)
  }
}
