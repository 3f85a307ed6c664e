import { applySgr, PLAIN } from './sgr-style.ts'
import type { SgrStyle } from './sgr-style.ts'

/** A piece of a line that looks the same all along. */
export interface AnsiSpan {
  readonly text: string
  readonly style: SgrStyle
}

const ESC = '\u001b'
/** What begins a sequence with parameters, and what may stand in it before its final letter. */
const CSI = `(?:${ESC}\\[|\u009b)[0-?]*[ -/]*`
/** What begins a string for the terminal (titles, links, images), and what may stand in it before its end. */
const STRING = `(?:${ESC}[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*`
const STRING_END = `(?:\u0007|${ESC}\\\\|\u009c)`
const SEQUENCE = `(?:${ESC}\\[|\u009b)(?<sgr>[0-9;:]*)m|${CSI}[@-~]|${STRING}${STRING_END}|${ESC}[ -/]*[0-OQ-WYZ\\\\\`-~]`
/** A sequence that has begun and whose end has not come. */
const UNFINISHED = `(?:${ESC}[ -/]*|${CSI}|${STRING}${ESC}?)$`
const TOKEN = new RegExp(`${SEQUENCE}|${UNFINISHED}`, 'g')
const MOVES = /[\r\b]/
/** Control characters but tab: they would move, hide or ring. */
const CONTROLS = /(?![\t\r\b])\p{Cc}/gu

/** The style in which the line after this one begins. */
export function styleAfter(line: string, style: SgrStyle): SgrStyle {
  if (!line.includes(ESC) && !line.includes('\u009b')) return style
  let after = style
  for (const match of line.matchAll(TOKEN)) {
    const sgr = match.groups?.['sgr']
    if (sgr !== undefined) after = applySgr(after, sgr)
  }
  return after
}

/**
 * One line of what a program wrote for a terminal, as it ended up: colours and weights are styles, lines that were
 * written over are as they were left, and all other escape sequences and control characters are gone.
 */
export function readAnsiLine(line: string, style: SgrStyle = PLAIN): readonly AnsiSpan[] {
  const spans: AnsiSpan[] = []
  let now = style
  let from = 0
  const add = (text: string): void => {
    const clean = text.replace(CONTROLS, '')
    if (clean !== '') spans.push({ text: clean, style: now })
  }
  for (const match of line.matchAll(TOKEN)) {
    add(line.slice(from, match.index))
    from = match.index + match[0].length
    const sgr = match.groups?.['sgr']
    if (sgr !== undefined) now = applySgr(now, sgr)
  }
  add(line.slice(from))
  return MOVES.test(line) ? settle(spans) : spans
}

/** What stands in a line after carriage returns and backspaces have moved the pen back. */
function settle(spans: readonly AnsiSpan[]): readonly AnsiSpan[] {
  const cells: AnsiSpan[] = []
  let pen = 0
  for (const { text, style } of spans) {
    for (const mark of text) {
      if (mark === '\r') pen = 0
      else if (mark === '\b') pen = Math.max(0, pen - 1)
      else cells[pen++] = { text: mark, style }
    }
  }
  const joined: { text: string; style: SgrStyle }[] = []
  for (const cell of cells) {
    const last = joined.at(-1)
    if (last?.style === cell.style) last.text += cell.text
    else joined.push({ ...cell })
  }
  return joined
}
