const ESC = '\u001b'
/** What begins a sequence with parameters, and what may stand in it before its final letter. */
const CSI = '(?:\u001b\\[|\u009b)[0-?]*[ -/]*'
/** What begins a string for the terminal (titles, links, images), and what may stand in it before its end. */
const STRING = '(?:\u001b[\\]PX^_]|[\u009d\u0090\u0098\u009e\u009f])[^\u0007\u001b\u009c]*'
const STRING_END = '(?:\u0007|\u001b\\\\|\u009c)'
const SEQUENCE = new RegExp(`${CSI}[@-~]|${STRING}${STRING_END}|${ESC}[ -/]*[0-OQ-WYZ\\\\\`-~]`, 'g')
/** A sequence that has begun and whose end has not come. */
const UNFINISHED = new RegExp(`(?:${ESC}[ -/]*|${CSI}|${STRING}${ESC}?)$`)
const OTHER_CONTROLS = /(?![\t\n\r\b])\p{Cc}/gu
/** A string sequence that goes on for longer is taken for one that is broken. */
const MAX_UNFINISHED = 4_096

/**
 * The plain text of what a program wrote for a terminal: no escape sequences, lines that were written over as they
 * ended up, no control characters but tab and line feed.
 *
 * A sequence that is cut off at the end is left out until the rest of it comes. With `cutStart` the text begins
 * anywhere, perhaps within a sequence: then its first, incomplete line is left out.
 */
export function stripAnsi(text: string, { cutStart = false }: { readonly cutStart?: boolean } = {}): string {
  const whole = cutStart ? text.slice(text.indexOf('\n') + 1) : text
  const plain = dropUnfinished(whole).replace(SEQUENCE, '')
  return plain.replace(/\r+\n/g, '\n').split('\n').map(settleLine).join('\n')
}

function dropUnfinished(text: string): string {
  const tail = text.slice(-MAX_UNFINISHED)
  const found = UNFINISHED.exec(tail)
  return found ? text.slice(0, text.length - tail.length + found.index) : text
}

/** What stands in a line after carriage returns and backspaces have moved the pen back. */
function settleLine(line: string): string {
  if (!/[\r\b]/.test(line)) return line.replace(OTHER_CONTROLS, '')
  const cells: string[] = []
  let pen = 0
  for (const mark of line.replace(OTHER_CONTROLS, '')) {
    if (mark === '\r') pen = 0
    else if (mark === '\b') pen = Math.max(0, pen - 1)
    else cells[pen++] = mark
  }
  return cells.join('')
}
