import type { FileChange } from '@x/agents/conversation'

export type Change = FileChange['changes'][number]

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'hunk' | 'same' | 'note'
  /** Without the sign. */
  readonly text: string
  /** Its number in the file as it was. */
  readonly before?: number
  /** Its number in the file as it is now. */
  readonly after?: number
}

export interface DiffFile {
  readonly path: string
  /** What it was called before, when that was something else. */
  readonly from?: string
  readonly kind: Change['kind']
  readonly lines: readonly DiffLine[]
  readonly added: number
  readonly removed: number
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type FileDraft = Mutable<Omit<DiffFile, 'lines'>> & { lines: DiffLine[] }

const HUNK = /^@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@/

/**
 * Reads a unified diff of any number of files. Total: what it does not understand within a file is shown as a note,
 * and hunks that are longer or shorter than they say lose nothing.
 */
export function parseDiff(diff: string): readonly DiffFile[] {
  const reader = new DiffReader()
  const lines = diff.split('\n')
  if (lines.at(-1) === '') lines.pop()
  for (const line of lines) reader.read(line.endsWith('\r') ? line.slice(0, -1) : line)
  return reader.files
}

/** One change of a file as the agent tells it: a unified diff, or the whole text of a new or deleted file. */
export function readChange(change: Change): DiffFile {
  const { path, kind, diff } = change
  if (kind !== 'update' && !/^@@ /m.test(diff)) return wholeFile(change)
  const files = parseDiff(diff)
  const sum = (count: (file: DiffFile) => number): number => files.reduce((all, file) => all + count(file), 0)
  return {
    path,
    kind,
    lines: files.flatMap((file) => file.lines),
    added: sum((file) => file.added),
    removed: sum((file) => file.removed),
  }
}

function wholeFile({ path, kind, diff }: Change): DiffFile {
  const texts = diff.split('\n')
  if (texts.at(-1) === '') texts.pop()
  const isNew = kind === 'add'
  return {
    path,
    kind,
    lines: texts.map((text, index) =>
      isNew ? { kind: 'added', text, after: index + 1 } : { kind: 'removed', text, before: index + 1 },
    ),
    added: isNew ? texts.length : 0,
    removed: isNew ? 0 : texts.length,
  }
}

/** Reads line by line. Lengths of hunks decide what is a header: a removed line may look like one. */
class DiffReader {
  readonly files: FileDraft[] = []
  private file: FileDraft | undefined
  private before = 0
  private after = 0
  private leftBefore = 0
  private leftAfter = 0

  read(line: string): void {
    const inHunk = this.leftBefore > 0 || this.leftAfter > 0
    if (inHunk && /^[-+ \\]|^$/.test(line)) this.content(line)
    else if (line.startsWith('diff --git ')) this.begin(gitPath(line))
    else if (HUNK.test(line) || line.startsWith('@@')) this.hunk(line)
    else if (this.file && this.file.lines.length > 0 && !/^(?:---|\+\+\+) /.test(line)) this.content(line)
    else this.header(line)
  }

  private begin(path: string): FileDraft {
    this.file = { path, kind: 'update', lines: [], added: 0, removed: 0 }
    this.files.push(this.file)
    this.leftBefore = 0
    this.leftAfter = 0
    return this.file
  }

  private header(line: string): void {
    const [, word, rest = ''] =
      /^(---|\+\+\+|new file|deleted file|rename from|rename to|Binary files)(?: (.*))?$/.exec(line) ?? []
    if (word === undefined) return
    if (word === '---' && (!this.file || this.file.lines.length > 0)) this.begin(plainPath(rest))
    const file = this.file ?? this.begin('')
    if (word === 'new file' || (word === '---' && rest === '/dev/null')) file.kind = 'add'
    else if (word === 'deleted file' || (word === '+++' && rest === '/dev/null')) file.kind = 'delete'
    else if (word === '+++') file.path = plainPath(rest)
    else if (word === 'rename from') file.from = unquote(rest)
    else if (word === 'rename to') file.path = unquote(rest)
    else if (word === 'Binary files') file.lines.push({ kind: 'note', text: 'A binary file.' })
  }

  private hunk(line: string): void {
    const file = this.file ?? this.begin('')
    const [, before = '1', lengthBefore = '1', after = '1', lengthAfter = '1'] = HUNK.exec(line) ?? []
    this.before = Number(before)
    this.after = Number(after)
    this.leftBefore = Number(lengthBefore)
    this.leftAfter = Number(lengthAfter)
    file.lines.push({ kind: 'hunk', text: line })
  }

  private content(line: string): void {
    const { file } = this
    if (!file) return
    const text = line.slice(1)
    if (line.startsWith('+')) {
      file.added += 1
      file.lines.push({ kind: 'added', text, after: this.after })
      this.step(0, 1)
    } else if (line.startsWith('-')) {
      file.removed += 1
      file.lines.push({ kind: 'removed', text, before: this.before })
      this.step(1, 0)
    } else if (line === '' || line.startsWith(' ')) {
      file.lines.push({ kind: 'same', text, before: this.before, after: this.after })
      this.step(1, 1)
    } else {
      file.lines.push({ kind: 'note', text: line.startsWith('\\ ') ? line.slice(2) : line })
    }
  }

  private step(before: number, after: number): void {
    this.before += before
    this.after += after
    this.leftBefore -= before
    this.leftAfter -= after
  }
}

/** `diff --git a/x b/x` names the file twice; it is all there is of one whose content did not change. */
function gitPath(line: string): string {
  const names = line.slice('diff --git '.length)
  const quoted = / ("b\/.*")$/.exec(names)?.[1]
  if (quoted !== undefined) return plainPath(quoted)
  const half = names.slice((names.length + 1) / 2)
  return names.startsWith(`a/${half.slice(2)} `)
    ? half.slice(2)
    : plainPath(names.split(' b/').at(-1) ?? names)
}

function plainPath(name: string): string {
  // A tab and a date may follow, as GNU diff writes them.
  return unquote(name.replace(/\t.*$/, '')).replace(/^[ab]\//, '')
}

/** Names with unusual characters stand in quotes, their bytes as octal numbers. */
function unquote(name: string): string {
  if (!name.startsWith('"') || !name.endsWith('"')) return name
  const bytes: number[] = []
  const encode = new TextEncoder()
  for (const [part, octal, mark] of name.slice(1, -1).matchAll(/\\([0-7]{3})|\\(.)|[^\\]+/g)) {
    if (octal !== undefined) bytes.push(parseInt(octal, 8) & 0xff)
    else bytes.push(...encode.encode(mark === undefined ? part : (ESCAPES[mark] ?? mark)))
  }
  return new TextDecoder().decode(new Uint8Array(bytes))
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', a: '\u0007', f: '\f' }
