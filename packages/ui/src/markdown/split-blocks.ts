/** A Markdown text cut into its top-level blocks. */
export interface Blocks {
  readonly text: string
  /** In order; joined they are the text. */
  readonly blocks: readonly string[]
}

interface Fence {
  readonly mark: string
  readonly length: number
  readonly indent: number
}

/** Where the scan of one block stands. */
interface Scan {
  fence: Fence | undefined
  hasList: boolean
  /** The next line may begin a new block. */
  mayEnd: boolean
}

const CONTAINERS = /^[ \t]*(?:(?:[-*+]|\d{1,9}[.)])[ \t]+)*/
const FENCE = /^(`{3,}|~{3,})(.*)$/s
const LIST_ITEM = /^ {0,3}(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)/
/** Too little of a line to say whether it will be a list item. */
const UNDECIDED = /^(?:[-*+]|\d{1,9}[.)]?)?$/

/**
 * Cuts a Markdown text at blank lines and after code fences, wherever a new top-level block certainly begins: then
 * each block renders alone to what it would be within the whole. Where that is not certain (inside a list, a fence,
 * indented text) it does not cut.
 *
 * With `before`, the cut of a beginning of the same text, only that one's last block is looked at again. All blocks
 * but the last are final: more text never changes them.
 */
export function splitBlocks(text: string, before?: Blocks): Blocks {
  const known = before && text.startsWith(before.text) ? before.blocks.slice(0, -1) : []
  const blocks = [...known]
  let start = known.reduce((length, block) => length + block.length, 0)
  let scan = newScan()
  for (let at = start; at < text.length;) {
    const newline = text.indexOf('\n', at)
    const complete = newline !== -1
    const end = complete ? newline + 1 : text.length
    const line = text.slice(at, complete ? newline : end)
    if (scan.mayEnd && at > start && begins(line, complete, scan)) {
      blocks.push(text.slice(start, at))
      start = at
      scan = newScan()
    }
    if (complete) advance(scan, line)
    at = end
  }
  if (start < text.length) blocks.push(text.slice(start))
  return { text, blocks }
}

function newScan(): Scan {
  return { fence: undefined, hasList: false, mayEnd: false }
}

function begins(line: string, complete: boolean, scan: Scan): boolean {
  if (/^\s/.test(line) || line === '') return false
  if (!complete && UNDECIDED.test(line)) return false
  return !(scan.hasList && LIST_ITEM.test(line))
}

function advance(scan: Scan, line: string): void {
  const blank = line.trim() === ''
  const containers = CONTAINERS.exec(line)?.[0] ?? ''
  // What stands left of every item's text ends the item, and with it the fence that it holds.
  if (scan.fence && scan.hasList && scan.fence.indent >= 2 && /^ ?\S/.test(line)) scan.fence = undefined
  if (scan.fence) {
    if (closes(scan.fence, line)) {
      scan.fence = undefined
      scan.mayEnd = true
    }
    return
  }
  if (LIST_ITEM.test(line)) scan.hasList = true
  const opening = FENCE.exec(line.slice(containers.length))
  if (opening?.[1] !== undefined && !(opening[1].startsWith('`') && opening[2]?.includes('`'))) {
    scan.fence = { mark: opening[1].charAt(0), length: opening[1].length, indent: containers.length }
    scan.mayEnd = false
  } else if (blank) {
    scan.mayEnd = true
  } else {
    scan.mayEnd = false
  }
}

function closes(fence: Fence, line: string): boolean {
  const bare = line.trim()
  return bare.length >= fence.length && bare === fence.mark.repeat(bare.length)
}
