import * as unicode11 from '@xterm/addon-unicode11'
import headless from '@xterm/headless'
import type { IBuffer, IBufferCell, Terminal } from '@xterm/headless'
import type { TerminalSize } from './terminal.ts'

/** To Node the addon is CommonJS, to a bundler a module without a default. */
const { Unicode11Addon } = 'default' in unicode11 ? unicode11.default : unicode11

/** A cell's colours and styles, as the emulator keeps them. */
export type CellStyle = Pick<
  IBufferCell,
  | 'getFgColor'
  | 'getBgColor'
  | 'isFgRGB'
  | 'isBgRGB'
  | 'isFgPalette'
  | 'isBgPalette'
  | 'isBold'
  | 'isDim'
  | 'isItalic'
  | 'isUnderline'
  | 'isBlink'
  | 'isInverse'
  | 'isInvisible'
  | 'isStrikethrough'
  | 'isOverline'
>

interface EmulatorBuffer {
  readonly x: number
  readonly y: number
  readonly savedX: number
  readonly savedY: number
  readonly savedCurAttrData: CellStyle
  readonly savedCharset: unknown
  readonly scrollTop: number
  readonly scrollBottom: number
  readonly tabs: Readonly<Record<number, boolean>>
}

/** What the emulator keeps and its interface does not tell. Its version is pinned; the tests compare whole screens. */
export interface EmulatorState {
  readonly buffers: { readonly normal: EmulatorBuffer; readonly alt: EmulatorBuffer }
  readonly coreService: {
    readonly isCursorHidden: boolean
    readonly decPrivateModes: {
      readonly applicationKeypad: boolean
      readonly cursorBlink: boolean | undefined
      readonly cursorStyle: 'block' | 'underline' | 'bar' | undefined
    }
  }
  readonly coreMouseService: { readonly activeEncoding: string }
  readonly _charsetService: {
    readonly glevel: number
    readonly charset: unknown
    readonly _charsets: readonly unknown[]
  }
  readonly _inputHandler: {
    readonly _curAttrData: CellStyle
    readonly _utf8Decoder: { readonly interim: Uint8Array }
    readonly _parser: { readonly currentState: number; readonly precedingJoinState: number }
    readonly _windowTitle: string
  }
  readonly _writeBuffer: { writeSync(data: Uint8Array | string): void }
}

export interface Emulator {
  readonly terminal: Terminal
  readonly state: EmulatorState
  readonly normal: IBuffer
  /** Takes it in at once. */
  feed(data: Uint8Array | string): void
}

/** An emulator without a display, with the widths of Unicode 11: emoji are two cells wide. */
export function createEmulator({ columns, rows }: TerminalSize, scrollback: number): Emulator {
  const terminal = new headless.Terminal({
    cols: columns,
    rows,
    scrollback,
    allowProposedApi: true,
    logLevel: 'off',
  })
  terminal.loadAddon(new Unicode11Addon())
  terminal.unicode.activeVersion = '11'
  const state = (terminal as unknown as { readonly _core: EmulatorState })._core
  const { normal } = terminal.buffer
  return { terminal, state, normal, feed: (data) => state._writeBuffer.writeSync(data) }
}
