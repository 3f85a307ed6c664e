const NEWLINE = 0x0a
const RETURN = 0x0d

/** Of the end of a line. */
const MARKED_CHARACTERS = 32
/** In which a line's marked end lies, however many bytes a character takes and wherever the first one is torn. */
export const MARKED_BYTES = 256

/**
 * A number by which the end of a line is known again: where reading goes on after that line, it must still stand in front.
 * It tells logs apart that have a line end at the same place.
 */
export function markOf(line: string): number {
  let end = line.length
  while (end > 0 && line.charCodeAt(end - 1) === RETURN) end -= 1
  // FNV-1a: there may be a million lines in a second.
  let mark = 0x811c9dc5
  for (let at = Math.max(0, end - MARKED_CHARACTERS); at < end; at += 1)
    mark = Math.imul(mark ^ line.charCodeAt(at), 0x01000193)
  return mark >>> 0
}

/** The same of the line with which these bytes end, with its newline or without. */
export function markOfEnd(bytes: Buffer): number {
  const end = bytes.at(-1) === NEWLINE ? bytes.length - 1 : bytes.length
  const start = end === 0 ? 0 : bytes.lastIndexOf(NEWLINE, end - 1) + 1
  return markOf(bytes.toString('utf8', start, end))
}
