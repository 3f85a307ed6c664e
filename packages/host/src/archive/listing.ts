import { HostError } from '../errors.ts'
import { MANIFEST_FIELDS } from './manifest.ts'
import type { WorkerTools } from './worker-tools.ts'

/** The very fields of a manifest's line, in its order. */
const GNU_FORMAT = '%P\\0%y\\0%m\\0%s\\0%T@\\0%C@\\0%D:%i\\0%n\\0%l\\0'
/**
 * Busybox has no `-printf`: `stat` tells of many files a line each, and is asked for one at a time when one of them has
 * vanished meanwhile. Numbers, a count, then the names.
 */
const BUSYBOX_SCRIPT = `
numbers=$(stat -c '%f %s %Y %Z %d:%i %h' -- "$@" 2>/dev/null)
if [ $? = 0 ]; then printf '%s\\0%s\\0' "$numbers" "$#"; printf '%s\\0' "$@"; exit 0; fi
for name; do
  numbers=$(stat -c '%f %s %Y %Z %d:%i %h' -- "$name" 2>/dev/null) && printf '%s\\0001\\000%s\\000' "$numbers" "$name"
done
exit 0
`

/** As a name it says that the list has ended; `find .` never says it. */
const END_MARK = '/'
const BUSYBOX_LIST = 'find . -print0 | xargs -0 -n 256 sh -c "$1" sh'
/** A pipeline exits as its last program does, whatever became of the first. */
const BUSYBOX_MARKED_LIST = `{ find . -print0 && printf '${END_MARK}\\0'; } | xargs -0 -n 256 sh -c "$1" sh`

/**
 * Lists its working directory, for `ListingCutter`.
 * @param isMarked the list says in its end that nothing went wrong; where the exit tells it, that is enough
 */
export function listArgv(find: WorkerTools['find'], isMarked = false): readonly string[] {
  if (find === 'gnu') return ['find', '.', '-ignore_readdir_race', '-printf', GNU_FORMAT]
  return ['sh', '-c', isMarked ? BUSYBOX_MARKED_LIST : BUSYBOX_LIST, 'sh', BUSYBOX_SCRIPT]
}

/** Of text at once. Lines are parts of it, and V8 does not copy texts of this size when it collects: it grows by less. */
const DECODED_BYTES = 512 * 1024

/** What is left out of a list. */
export type Exclude = (path: string, type: 'directory' | 'other') => boolean

export interface ListingOptions {
  /** @default nothing */
  readonly exclude?: Exclude
  /** `listArgv` was told to mark the end. @default false */
  readonly isMarked?: boolean
}

/**
 * Cuts what `listArgv` says into lines of a manifest, in any order: whoever makes one sorts them. Strings of latin1
 * compare as their bytes do.
 */
export class ListingCutter {
  readonly #cut: (text: string, take: (line: string) => void) => string
  readonly #exclude: Exclude
  readonly #lines: string[] = []
  #waiting: Buffer[] = []
  #waitingBytes = 0
  #rest = ''
  #lacksMark: boolean

  constructor(find: WorkerTools['find'], { exclude = () => false, isMarked = false }: ListingOptions = {}) {
    this.#cut = find === 'gnu' ? cutGnuLines : cutBusyboxLines
    this.#exclude = exclude
    this.#lacksMark = isMarked && find === 'busybox'
  }

  add(chunk: Buffer): void {
    this.#waiting.push(chunk)
    this.#waitingBytes += chunk.length
    if (this.#waitingBytes >= DECODED_BYTES) this.#decode()
  }

  /** @throws HostError `io` when the list has not ended */
  end(): string[] {
    this.#decode()
    if (this.#rest !== '' || this.#lacksMark) throw broken()
    return this.#lines
  }

  #decode(): void {
    const text = Buffer.concat(this.#waiting, this.#waitingBytes).toString('latin1')
    this.#waiting = []
    this.#waitingBytes = 0
    this.#rest = this.#cut(this.#rest + text, (line) => this.#take(line))
  }

  #take(line: string): void {
    const end = line.indexOf('\0')
    if (this.#lacksMark && line.slice(0, end) === END_MARK) {
      this.#lacksMark = false
      return
    }
    const type = line.charAt(end + 1)
    if (type !== 'f' && type !== 'd' && type !== 'l') return
    if (end === 0 || !this.#exclude(line.slice(0, end), type === 'd' ? 'directory' : 'other'))
      this.#lines.push(line)
  }
}

/** Behind every ninth NUL. @returns what is left */
function cutGnuLines(text: string, take: (line: string) => void): string {
  let start = 0
  for (let end = lineEnd(text, start); end !== -1; end = lineEnd(text, start)) {
    take(text.slice(start, end))
    start = end + 1
  }
  return text.slice(start)
}

/** Where the NUL behind the last field is, or -1. */
function lineEnd(text: string, start: number): number {
  let end = start - 1
  for (let field = 0; field < MANIFEST_FIELDS; field += 1) {
    end = text.indexOf('\0', end + 1)
    if (end === -1) return -1
  }
  return end
}

function cutBusyboxLines(text: string, take: (line: string) => void): string {
  const fields = text.split('\0')
  let at = 0
  for (;;) {
    const count = Number(fields[at + 1] ?? Number.NaN)
    // The last field is not complete.
    if (!(fields.length > at + 2 + count)) break
    const numbers = (fields[at] ?? '').split('\n')
    const names = fields.slice(at + 2, at + 2 + count)
    if (numbers.length !== count) throw broken()
    names.forEach((name, index) => take(busyboxLine(numbers[index] ?? '', name)))
    at += 2 + count
  }
  return fields.slice(at).join('\0')
}

const BUSYBOX_TYPES: Readonly<Record<number, string>> = { 0o10: 'f', 0o04: 'd', 0o12: 'l' }

function busyboxLine(numbers: string, name: string): string {
  const [raw = '', size = '', mtime = '', ctime = '', inode = '', links = ''] = numbers.split(' ')
  if (links === '') throw broken()
  const bits = Number.parseInt(raw, 16)
  const path = name === '.' ? '' : name.replace(/^\.\//, '')
  const mode = (bits & 0o7777).toString(8)
  return [path, BUSYBOX_TYPES[bits >> 12] ?? 'other', mode, size, mtime, ctime, inode, links, ''].join('\0')
}

function broken(): HostError {
  return new HostError('io', 'the list of the directory is cut')
}
