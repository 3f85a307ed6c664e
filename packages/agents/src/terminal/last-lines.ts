const TAB = 0x09
const LINE_FEED = 0x0a
const RETURN = 0x0d
const ESCAPE = 0x1b
const BRACKET = 0x5b
const STYLE = 0x6d
/** Sequences that lead back to the plain style, whatever came before. */
const RESETS = new Set(['\x1b[m', '\x1b[0m'])

/**
 * The last `count` lines of styled text, from the beginning of one, with the style that they begin in; all of it when
 * it has fewer, or when anything but styled text would be left out.
 */
export function lastLines(data: Uint8Array, count: number): Uint8Array {
  if (data.length < count * 3) return data
  let left = count + 1
  let from = data.length
  while (left > 0) {
    from = data.lastIndexOf(LINE_FEED, from - 1)
    if (from <= 0) return data
    left -= 1
  }
  while (from > 0 && data[from - 1] !== RETURN) from = data.lastIndexOf(LINE_FEED, from - 1)
  if (from <= 0) return data
  const styles = stylesIn(data.subarray(0, from + 1))
  if (!styles) return data
  const kept = data.subarray(from + 1)
  return styles.length === 0 ? kept : Buffer.concat([...styles, kept])
}

/** Whether it is styled text, perhaps broken off in the middle of a style: nothing in it can ask for an answer. */
export function isStyledText(data: Uint8Array): boolean {
  return stylesIn(data, { mayBreakOff: true }) !== undefined
}

/** The sequences since the last that leads to the plain style; `undefined` when there is more than styled text. */
function stylesIn(data: Uint8Array, { mayBreakOff = false } = {}): readonly Uint8Array[] | undefined {
  let styles: Uint8Array[] = []
  for (let at = 0; at < data.length; at += 1) {
    const byte = data[at] ?? 0
    if (isPlain(byte)) continue
    if (byte !== ESCAPE) return undefined
    let end = at + 1
    if (end < data.length && data[end] !== BRACKET) return undefined
    do end += 1
    while (isParameter(data[end]))
    if (end >= data.length) return mayBreakOff ? styles : undefined
    if (data[end] !== STYLE) return undefined
    const sequence = data.subarray(at, end + 1)
    if (sequence.length <= 4 && RESETS.has(String.fromCharCode(...sequence))) styles = []
    else styles.push(sequence)
    at = end
  }
  return styles
}

/** Leads to no other state than that of the lines. Nothing above ASCII: it may hold a control character. */
function isPlain(byte: number): boolean {
  return byte >= 0x20 ? byte < 0x7f : byte === LINE_FEED || byte === RETURN || byte === TAB
}

/** Digits and what parts them. */
function isParameter(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x3b
}
