import type { IBuffer, IBufferCell } from '@xterm/headless'
import { drawStyle, drawBackground } from '../../src/terminal/draw-style.ts'
import type { Emulator } from '../../src/terminal/emulator.ts'

/** All that a person can see of an emulator, and all that decides how it takes what comes. */
export function look({ terminal, state }: Emulator, lines = Number.POSITIVE_INFINITY): unknown {
  const { coreService, coreMouseService } = state
  const { active } = terminal.buffer
  return {
    size: [terminal.cols, terminal.rows],
    rows: rowsOf(active, Math.max(0, active.baseY - lines)),
    cursor: [active.cursorX, active.cursorY],
    style: drawStyle(state._inputHandler._curAttrData),
    modes: { ...terminal.modes },
    hidden: coreService.isCursorHidden,
    encoding: coreMouseService.activeEncoding,
    type: active.type,
  }
}

function rowsOf(buffer: IBuffer, from: number): string[] {
  const rows: string[] = []
  let cell: IBufferCell | undefined
  for (let y = from; y < buffer.length; y += 1) {
    const line = buffer.getLine(y)
    let row = ''
    let style = ''
    for (let x = 0; line && x < line.length; x += 1) {
      cell = line.getCell(x, cell)
      if (!cell) break
      const chars = cell.getChars()
      if (chars === '' && cell.getWidth() === 0) continue
      const drawn = chars === '' ? drawBackground(cell) : drawStyle(cell)
      row += `${drawn === style ? '' : drawn.slice(1)}${chars === '' ? '·' : chars}`
      style = drawn
    }
    rows.push(row)
  }
  return rows
}
