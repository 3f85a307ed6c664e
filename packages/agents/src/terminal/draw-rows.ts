import type { IBuffer, IBufferCell, IBufferLine } from '@xterm/headless'
import { drawBackground, drawStyle } from './draw-style.ts'

const PLAIN = '\x1b[m'

/**
 * The rows of a buffer as text that draws them from the beginning of an empty line, each row by itself; all but the
 * last lead to the next one. Lines that were wrapped are wrapped again.
 */
export function drawRows(buffer: IBuffer, from: number, to: number): string[] {
  const rows: string[] = []
  for (let y = from; y < to; y += 1) {
    const line = buffer.getLine(y)
    const next = y + 1 < to ? buffer.getLine(y + 1) : undefined
    const drawn = line ? drawRow(line) : { text: '', isFull: false }
    rows.push(drawn.text + (y + 1 < to ? lead(line, drawn.isFull, next?.isWrapped === true) : ''))
  }
  return rows
}

/** Ends with the plain style; `isFull` when the cursor then waits behind the last column. */
function drawRow(line: IBufferLine): { readonly text: string; readonly isFull: boolean } {
  let text = ''
  let style = PLAIN
  let empty = 0
  let emptyStyle = PLAIN
  const setStyle = (wanted: string): void => {
    if (wanted !== style) text += wanted
    style = wanted
  }
  const passEmpty = (isLast: boolean): void => {
    if (empty > 0 && emptyStyle !== PLAIN) {
      setStyle(emptyStyle)
      text += `\x1b[${empty}X`
    }
    if (empty > 0 && !isLast) text += `\x1b[${empty}C`
    empty = 0
  }
  let cell: IBufferCell | undefined
  for (let x = 0; x < line.length; x += 1) {
    cell = line.getCell(x, cell)
    if (!cell) break
    const chars = cell.getChars()
    if (chars === '') {
      // The second half of a wide character.
      if (cell.getWidth() === 0) continue
      const background = drawBackground(cell)
      if (background !== emptyStyle) passEmpty(false)
      emptyStyle = background
      empty += 1
    } else {
      passEmpty(false)
      setStyle(drawStyle(cell))
      text += chars
    }
  }
  const isFull = empty === 0
  passEmpty(true)
  setStyle(PLAIN)
  return { text, isFull }
}

/** The way to the next row: a blank, taken away again, has the line wrapped with a plain background. */
function lead(line: IBufferLine | undefined, isFull: boolean, isWrapped: boolean): string {
  if (!isWrapped || !line) return '\r\n'
  if (isFull) return ' \r\x1b[X'
  const last = line.getCell(line.length - 1)
  const background = last ? drawBackground(last) : PLAIN
  return `\x1b[${line.length}G  \x1b[A\x1b[${line.length}G${background}\x1b[X${PLAIN}\x1b[B\r\x1b[X`
}
