const OPEN_FENCE = /^[ \t]*(?:(?:[-*+>]|\d{1,9}[.)])[ \t]+)*(`{3,}|~{3,})/
/** A last line that is only a mark so far: it would turn the line above into a heading, or be an empty item. */
const BARE_MARK = /(?:^|\n)[ \t]*(?:[-*+]{1,2}|-+|=+|#{1,6}|>|`{1,2}|~{1,2}|\d{1,9}[.)]?)[ \t]*$/
const TABLE_HEAD = /^\|[^\n]*(?:\n[|:\- \t]*)?$/

/**
 * A block that is still being written, made whole for the eye: emphasis and code that have begun are ended, half a
 * link is its text, half a table head is a table, and a mark that stands alone waits for what it marks. What is shown
 * then changes as little as may be when the rest comes.
 */
export function mendMarkdown(block: string): string {
  if (isInFence(block)) return block
  if (TABLE_HEAD.test(block)) return mendTable(block)
  const cut = block.replace(BARE_MARK, '')
  const from = cut.lastIndexOf('\n\n') + 1
  return cut.slice(0, from) + mendInline(cut.slice(from))
}

function isInFence(block: string): boolean {
  let open: string | undefined
  for (const line of block.split('\n')) {
    const mark = OPEN_FENCE.exec(line)?.[1]
    if (open === undefined) open = mark
    else if (mark?.startsWith(open) && line.trim() === mark) open = undefined
  }
  return open !== undefined
}

function mendTable(block: string): string {
  const head = block.split('\n')[0] ?? ''
  const cells =
    head
      .replace(/\\\|/g, '')
      .replace(/\|[ \t]*$/, '')
      .split('|').length - 1
  return cells < 1 ? '' : `${mendInline(head)}\n${'| - '.repeat(cells)}|`
}

/** Ends what has begun, innermost first. */
function mendInline(text: string): string {
  const code = openCode(text)
  if (code) return code.inner === '' ? text.slice(0, code.at) : text + code.mark
  const plain = mendLink(text)
  const { open, end } = openEmphasis(plain)
  if (open.length === 0) return plain
  // A closing mark counts only right behind a word.
  let mended = plain.slice(0, end).trimEnd()
  for (const { at, mark } of open.reverse())
    mended = mended.length <= at + mark.length ? mended.slice(0, at) : mended + mark
  return mended
}

/** The code span that has begun and not ended. */
function openCode(
  text: string,
): { readonly at: number; readonly mark: string; readonly inner: string } | undefined {
  const runs = [...text.matchAll(/(?<!\\)`+/g)]
  for (let index = 0; index < runs.length; index += 1) {
    const run = runs[index]
    if (!run) break
    const end = runs.findIndex((other, at) => at > index && other[0].length === run[0].length)
    if (end === -1)
      return { at: run.index, mark: run[0], inner: text.slice(run.index + run[0].length).trim() }
    index = end
  }
  return undefined
}

/** Half a link, or half an image, becomes the words in its brackets. */
function mendLink(text: string): string {
  return text.replace(/!?\[([^\][\n]*)(?:\](?:\([^()\s]*)?)?$/, '$1')
}

interface Emphasis {
  readonly at: number
  readonly mark: string
}

/** Emphasis that has begun, outermost first, and where half of its closing mark stands. Code spans hold none. */
function openEmphasis(text: string): { readonly open: Emphasis[]; readonly end: number } {
  const open: Emphasis[] = []
  const bare = text.replace(/`[^`]*`|\\[*_~]|\]\([^)]*\)/g, (span) => 'x'.repeat(span.length))
  for (const { 0: mark, index } of bare.matchAll(/\*{1,3}|_{1,3}|~~?/g)) {
    const before = bare.charAt(index - 1)
    const after = bare.charAt(index + mark.length)
    const last = open.at(-1)
    const ends = last !== undefined && /\S/.test(before)
    if (mark.startsWith('_') && /\w/.test(before) && /\w/.test(after)) continue
    if (ends && last.mark === mark) open.pop()
    else if (ends && after === '' && last.mark.startsWith(mark)) return { open, end: index }
    else if (mark !== '~' && (after === '' || /\S/.test(after))) open.push({ at: index, mark })
  }
  return { open, end: text.length }
}
