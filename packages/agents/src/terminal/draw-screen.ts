import type { IBufferCell } from '@xterm/headless'
import { drawRows } from './draw-rows.ts'
import { drawStyle } from './draw-style.ts'
import type { Emulator, EmulatorState } from './emulator.ts'

type EmulatorBuffer = EmulatorState['buffers']['normal']

export interface DrawOptions {
  /** Lines above the screen. */
  readonly scrollback: number
  /** Of all; the screen itself is always whole. */
  readonly maxBytes: number
}

/**
 * What an emulator shows and how it is set, as text that brings any other one of the same size there. Links, images,
 * the stack of titles and changed colours of the palette are left out.
 */
export function drawScreen(emulator: Emulator, options: DrawOptions): Buffer {
  const { terminal, normal, state } = emulator
  const { rows } = terminal
  const isAlternate = terminal.buffer.active.type === 'alternate'
  const active = isAlternate ? state.buffers.alt : state.buffers.normal
  const screen =
    drawRows(normal, normal.baseY, normal.baseY + rows).join('') +
    drawSaved(state.buffers.normal, normal.baseY) +
    (isAlternate ? drawAlternate(emulator) : '')
  const rest = drawModes(emulator, active) + drawCursor(emulator, active)
  const first = '\x1bc\x1b[20l'
  const room = options.maxBytes - Buffer.byteLength(first + screen + rest)
  return Buffer.from(first + drawScrollback(emulator, options.scrollback, room) + screen + rest)
}

function drawScrollback({ normal }: Emulator, scrollback: number, room: number): string {
  const { baseY } = normal
  if (baseY === 0 || room <= 0) return ''
  const from = Math.max(0, baseY - scrollback)
  // One row more: how the last one leads to the screen.
  const rows = drawRows(normal, from, baseY + 1).slice(0, -1)
  let bytes = 0
  let first = rows.length
  while (first > 0) {
    bytes += Buffer.byteLength(rows[first - 1] ?? '')
    if (bytes > room) break
    first -= 1
  }
  return rows.slice(first).join('')
}

/** The cursor of the normal screen, which the program comes back to. */
function drawAlternate({ terminal, state }: Emulator): string {
  const { normal, alt } = state.buffers
  const { alternate } = terminal.buffer
  const { baseY } = alternate
  const at = moveTo(normal.x, normal.y, terminal.cols)
  return `${at}\x1b[?47h\x1b[H${drawRows(alternate, baseY, baseY + terminal.rows).join('')}${drawSaved(alt, baseY)}`
}

function drawSaved(
  { savedX, savedY, savedCurAttrData, savedCharset }: EmulatorBuffer,
  baseY: number,
): string {
  const style = drawStyle(savedCurAttrData)
  const y = Math.max(0, savedY - baseY)
  const isLines = isLineDrawing(savedCharset)
  if (savedX === 0 && y === 0 && style === '\x1b[m' && !isLines) return ''
  const save = isLines ? '\x1b(0\x1b7\x1b(B' : '\x1b7'
  return `\x1b[${y + 1};${savedX + 1}H${style}${save}\x1b[m`
}

function drawModes({ terminal, state }: Emulator, active: EmulatorBuffer): string {
  const { modes, options, rows } = terminal
  const { decPrivateModes, isCursorHidden } = state.coreService
  const mouse = { none: '', x10: '9', vt200: '1000', drag: '1002', any: '1003' }[modes.mouseTrackingMode]
  const encoding = { SGR: '1006', SGR_PIXELS: '1016' }[state.coreMouseService.activeEncoding] ?? ''
  const set: readonly (readonly [boolean, string])[] = [
    [modes.applicationCursorKeysMode, '\x1b[?1h'],
    [decPrivateModes.applicationKeypad, '\x1b[?66h'],
    [modes.bracketedPasteMode, '\x1b[?2004h'],
    [modes.reverseWraparoundMode, '\x1b[?45h'],
    [modes.sendFocusMode, '\x1b[?1004h'],
    [mouse !== '', `\x1b[?${mouse}h`],
    [encoding !== '', `\x1b[?${encoding}h`],
    [isCursorHidden, '\x1b[?25l'],
    [options.convertEol === true, '\x1b[20h'],
    [state._inputHandler._windowTitle !== '', `\x1b]2;${state._inputHandler._windowTitle}\x07`],
    [active.scrollTop !== 0 || active.scrollBottom !== rows - 1, scrollRegion(active)],
    [modes.originMode, '\x1b[?6h'],
    [!modes.wraparoundMode, '\x1b[?7l'],
  ]
  return drawTabs(active, terminal.cols) + set.map(([isSet, text]) => (isSet ? text : '')).join('')
}

function scrollRegion({ scrollTop, scrollBottom }: EmulatorBuffer): string {
  return `\x1b[${scrollTop + 1};${scrollBottom + 1}r`
}

function drawTabs({ tabs }: EmulatorBuffer, columns: number): string {
  const stops = Array.from({ length: columns }, (_, x) => x).filter((x) => tabs[x] === true)
  const usual = Array.from({ length: Math.ceil(columns / 8) }, (_, n) => n * 8)
  if (stops.join() === usual.join()) return ''
  return `\x1b[3g${stops.map((x) => `\x1b[${x + 1}G\x1bH`).join('')}`
}

/** Last of all: what is printed next joins the character before it, or wraps, as it does on the screen itself. */
function drawCursor({ terminal, state }: Emulator, active: EmulatorBuffer): string {
  const { modes, cols } = terminal
  const { _curAttrData, _parser } = state._inputHandler
  const row = active.y - (modes.originMode ? active.scrollTop : 0)
  const style = drawStyle(_curAttrData)
  const printed = _parser.precedingJoinState !== 0
  const last = lastPrinted(terminal.buffer.active, active)
  const before =
    drawCharsets(state) +
    cursorStyle(state) +
    (modes.insertMode ? '\x1b[4h' : '') +
    (modes.synchronizedOutputMode ? '\x1b[?2026h' : '')
  if (!last || !(printed || active.x >= cols)) return before + moveTo(active.x, row, cols) + style
  // Where characters are inserted it makes its own room.
  const room = modes.insertMode ? `\x1b[${last.cell.getWidth()}P` : ''
  const again = moveTo(last.x, row, cols) + room + drawStyle(last.cell) + last.cell.getChars()
  // Anything after the character would make what comes next start on its own.
  return before + again + (printed ? '' : style)
}

function lastPrinted(
  buffer: Emulator['normal'],
  { x, y }: EmulatorBuffer,
): { readonly cell: IBufferCell; readonly x: number } | undefined {
  const line = buffer.getLine(buffer.baseY + y)
  for (const at of [x - 1, x - 2]) {
    const cell = line?.getCell(at)
    if (cell && cell.getWidth() > 0) return cell.getChars() === '' ? undefined : { cell, x: at }
  }
  return undefined
}

function drawCharsets({ _charsetService: { _charsets, charset, glevel } }: EmulatorState): string {
  // What a restored cursor brings back counts only until the next shift.
  const sets = Array.from({ length: 4 }, (_, level) => (level === glevel ? charset : _charsets[level]))
  const designated = sets.map((set, level) => (isLineDrawing(set) ? `\x1b${'()*+'[level] ?? '('}0` : ''))
  return designated.join('') + (['', '\x0e', '\x1bn', '\x1bo'][glevel] ?? '')
}

/** The other national sets are not drawn. */
function isLineDrawing(charset: unknown): boolean {
  return typeof charset === 'object' && charset !== null && '`' in charset
}

function cursorStyle({ coreService }: EmulatorState): string {
  const { cursorStyle: style, cursorBlink } = coreService.decPrivateModes
  if (style === undefined) return ''
  return `\x1b[${{ block: 1, underline: 3, bar: 5 }[style] + (cursorBlink === true ? 0 : 1)} q`
}

function moveTo(x: number, y: number, columns: number): string {
  return `\x1b[${y + 1};${Math.min(x, columns - 1) + 1}H`
}
