import type { Readable } from 'node:stream'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import { LineManifest, MANIFEST_FIELDS } from './manifest.ts'
import { assertExit, readLines, startProgram } from './run-program.ts'
import { workerTools, type WorkerTools } from './worker-tools.ts'

export interface ScanOptions {
  readonly exclude?: (path: string, type: 'directory' | 'other') => boolean
  /** Names the manifest. @default a new name */
  readonly id?: string
  readonly signal?: AbortSignal | undefined
}

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

/**
 * Lists a directory of the machine, links not followed: files, directories and symlinks; sockets, FIFOs and devices are
 * no part of an archive. Memory grows with the number of entries, some 150 bytes each.
 * @throws HostError `not-found`, `not-a-directory`, `permission-denied` when a part of it cannot be read
 */
export async function scanDirectory(
  host: ArchiveHost,
  directory: string,
  options: ScanOptions = {},
): Promise<LineManifest> {
  const { exclude = () => false, id, signal } = options
  await assertDirectory(host, directory)
  const { find } = await workerTools(host, signal)
  await using program = await startProgram(host, listArgv(find), { cwd: directory, signal })
  const complaints: string[] = []
  const said = readLines(program.stderr, (line) => {
    if (complaints.length < 5) complaints.push(line)
  })
  const lines = await readListing(program.stdout, find, exclude)
  const exit = await program.exited
  await said
  signal?.throwIfAborted()
  assertExit('cannot list the directory', exit, complaints.join('; '))
  return new LineManifest(lines.sort(), id)
}

/** Lists its working directory, for `readListing`. */
export function listArgv(find: WorkerTools['find']): readonly string[] {
  return find === 'gnu'
    ? ['find', '.', '-ignore_readdir_race', '-printf', GNU_FORMAT]
    : ['sh', '-c', 'find . -print0 | xargs -0 -n 256 sh -c "$1" sh', 'sh', BUSYBOX_SCRIPT]
}

/** Lines of a manifest, in any order: whoever makes one sorts them. Strings of latin1 compare as their bytes do. */
export async function readListing(
  stream: Readable,
  find: WorkerTools['find'],
  exclude: NonNullable<ScanOptions['exclude']> = () => false,
): Promise<string[]> {
  const lines: string[] = []
  const take = (line: string): void => {
    const end = line.indexOf('\0')
    const type = line.charAt(end + 1)
    if (type !== 'f' && type !== 'd' && type !== 'l') return
    if (end === 0 || !exclude(line.slice(0, end), type === 'd' ? 'directory' : 'other')) lines.push(line)
  }
  await (find === 'gnu' ? readGnuLines(stream, take) : readBusyboxLines(stream, take))
  return lines
}

async function assertDirectory(host: ArchiveHost, directory: string): Promise<void> {
  const stat = await host.files.stat(directory)
  if (stat === undefined) throw new HostError('not-found', `there is no directory ${directory}`)
  if (stat.type !== 'directory') throw new HostError('not-a-directory', `not a directory: ${directory}`)
}

/** Cuts what GNU find says behind every ninth NUL. */
async function readGnuLines(stream: Readable, take: (line: string) => void): Promise<void> {
  let rest = ''
  for await (const chunk of stream) {
    const text = rest + (chunk as Buffer).toString('latin1')
    let start = 0
    for (let end = lineEnd(text, start); end !== -1; end = lineEnd(text, start)) {
      take(text.slice(start, end))
      start = end + 1
    }
    rest = text.slice(start)
  }
  if (rest !== '') throw cut()
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

async function readBusyboxLines(stream: Readable, take: (line: string) => void): Promise<void> {
  let fields: string[] = []
  for await (const chunk of stream) {
    const rest = fields.pop() ?? ''
    fields = fields.concat((rest + (chunk as Buffer).toString('latin1')).split('\0'))
    let at = 0
    for (;;) {
      const count = Number(fields[at + 1] ?? Number.NaN)
      // The last field is not complete.
      if (!(fields.length > at + 2 + count)) break
      const numbers = (fields[at] ?? '').split('\n')
      const names = fields.slice(at + 2, at + 2 + count)
      names.forEach((name, index) => take(busyboxLine(numbers[index] ?? '', name)))
      at += 2 + count
    }
    fields = fields.slice(at)
  }
  if (fields.length > 1 || (fields[0] ?? '') !== '') throw cut()
}

const BUSYBOX_TYPES: Readonly<Record<number, string>> = { 0o10: 'f', 0o04: 'd', 0o12: 'l' }

function busyboxLine(numbers: string, name: string): string {
  const [raw = '', size = '', mtime = '', ctime = '', inode = '', links = ''] = numbers.split(' ')
  const bits = Number.parseInt(raw, 16)
  const path = name === '.' ? '' : name.replace(/^\.\//, '')
  const mode = (bits & 0o7777).toString(8)
  return [path, BUSYBOX_TYPES[bits >> 12] ?? 'other', mode, size, mtime, ctime, inode, links, ''].join('\0')
}

function cut(): HostError {
  return new HostError('io', 'the list of the directory is cut')
}
