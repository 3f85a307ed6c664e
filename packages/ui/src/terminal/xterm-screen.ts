import { FitAddon } from '@xterm/addon-fit'
import { Unicode11Addon } from '@xterm/addon-unicode11'
import { Terminal, type ITerminalOptions } from '@xterm/xterm'
import { cleanPaste } from './clean-paste.ts'
import { openLink } from './open-link.ts'
import { openStrictly } from './open-strictly.ts'
import { guardQueries } from './query-guard.ts'
import { keyMeaning } from './terminal-keys.ts'
import type { TerminalScreen } from './terminal-link.ts'
import type { TerminalSize } from './terminal-messages.ts'
import { onThemeChange, readTheme } from './terminal-theme.ts'

const SCROLLBACK_LINES = 5_000
/**
 * Programs are told that they write on a dark page. On a light one letters are made dark enough to be read; on a dark
 * one they have the colours that were asked for, which also takes less time.
 */
const CONTRAST_ON_LIGHT = 4.5

export interface XtermScreenOptions {
  /** Where it stands; it takes the size that the program has, not the element's. */
  readonly element: HTMLElement
  readonly onType: (burst: Uint8Array<ArrayBuffer>) => void
  /** The way out by keyboard was taken. */
  readonly onLeave: () => void
}

/** An xterm.js terminal that draws, and tells what is typed. It answers nothing by itself. Whoever opens it closes it. */
export class XtermScreen implements TerminalScreen, Disposable {
  private readonly terminal: Terminal
  private readonly fitting = new FitAddon()
  private readonly leaving = new AbortController()
  private readonly forgetTheme: () => void

  constructor({ element, onType, onLeave }: XtermScreenOptions) {
    this.terminal = new Terminal({
      allowProposedApi: true,
      fontFamily: getComputedStyle(element).fontFamily,
      fontSize: 13,
      linkHandler: { activate: openLink, allowNonHttpProtocols: false },
      ...coloursOf(element),
      scrollback: SCROLLBACK_LINES,
    })
    const { terminal } = this
    terminal.loadAddon(this.fitting)
    terminal.loadAddon(new Unicode11Addon())
    // The server's terminal counts columns by the same tables.
    terminal.unicode.activeVersion = '11'
    guardQueries(terminal)
    terminal.attachCustomKeyEventHandler((event) => this.handleKey(event, onLeave))
    openStrictly(terminal, element)
    const encoder = new TextEncoder()
    terminal.onData((text) => onType(encoder.encode(text)))
    terminal.onBinary((text) => onType(Uint8Array.from(text, (letter) => letter.charCodeAt(0))))
    const { signal } = this.leaving
    element.addEventListener('paste', (event) => this.paste(event), { capture: true, signal })
    this.forgetTheme = onThemeChange(() => (terminal.options = coloursOf(element)))
  }

  /** The size that would fill the element; `undefined` while it can't be seen. */
  fit(): TerminalSize | undefined {
    const size = this.fitting.proposeDimensions()
    if (!size || !Number.isFinite(size.cols) || !Number.isFinite(size.rows)) return undefined
    return { columns: Math.min(size.cols, 1000), rows: Math.min(size.rows, 1000) }
  }

  get size(): TerminalSize {
    return { columns: this.terminal.cols, rows: this.terminal.rows }
  }

  /** `false`: keys are not heard, and no cursor blinks. */
  set isWritable(writable: boolean) {
    this.terminal.options.disableStdin = !writable
    this.terminal.options.cursorInactiveStyle = writable ? 'outline' : 'none'
  }

  focus(): void {
    this.terminal.focus()
  }

  write(data: Uint8Array, drawn: () => void): void {
    this.terminal.write(data, drawn)
  }

  // What was written before is drawn first: xterm.js takes writes up later, but these would be done at once.
  reset(size: TerminalSize): void {
    this.terminal.write('', () => {
      this.terminal.reset()
      this.terminal.resize(size.columns, size.rows)
    })
  }

  resize(size: TerminalSize): void {
    this.terminal.write('', () => this.terminal.resize(size.columns, size.rows))
  }

  [Symbol.dispose](): void {
    this.leaving.abort()
    this.forgetTheme()
    this.terminal.dispose()
  }

  private handleKey(event: KeyboardEvent, onLeave: () => void): boolean {
    const meaning = keyMeaning(event, this.terminal.hasSelection())
    if (meaning === 'type') return true
    if (meaning === 'browser') return false
    event.preventDefault()
    if (event.type !== 'keydown') return false
    if (meaning === 'leave') onLeave()
    // Without the permission nothing is copied, as in every other terminal.
    else void navigator.clipboard.writeText(this.terminal.getSelection()).catch(() => undefined)
    return false
  }

  private paste(event: ClipboardEvent): void {
    event.preventDefault()
    event.stopPropagation()
    const text = event.clipboardData?.getData('text/plain') ?? ''
    if (text !== '') this.terminal.paste(cleanPaste(text))
  }
}

function coloursOf(element: HTMLElement): Pick<ITerminalOptions, 'minimumContrastRatio' | 'theme'> {
  const theme = readTheme(element)
  return { minimumContrastRatio: isDark(theme.background) ? 1 : CONTRAST_ON_LIGHT, theme }
}

/** Of a colour as a browser computes it: `rgb(23, 25, 28)`. */
function isDark(colour = ''): boolean {
  const [red = 255, green = 255, blue = 255] = (colour.match(/[\d.]+/g) ?? []).map(Number)
  return red * 0.299 + green * 0.587 + blue * 0.114 < 128
}
