import { HostError } from '../errors.ts'
import type { Host } from '../host.ts'
import { LineManifest, manifestLine, type ManifestEntry } from './manifest.ts'
import { assertExit, readLines, startProgram } from './run-program.ts'
import { workerTools } from './worker-tools.ts'

/** One entry of the machine's list; `type` as find spells it. */
interface Found {
  readonly entry: Omit<ManifestEntry, 'type'>
  readonly type: string
}

export interface ScanOptions {
  readonly exclude?: (path: string, type: 'directory' | 'other') => boolean
  /** Names the manifest. @default a new name */
  readonly id?: string
  readonly signal?: AbortSignal | undefined
}

const GNU_FORMAT = '%P\\0%y\\0%m\\0%s\\0%T@\\0%C@\\0%D:%i\\0%n\\0%l\\0'
const GNU_FIELDS = 9
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
  host: Host,
  directory: string,
  options: ScanOptions = {},
): Promise<LineManifest> {
  const { exclude = () => false, id, signal } = options
  await assertDirectory(host, directory)
  const { find } = await workerTools(host, signal)
  const argv =
    find === 'gnu'
      ? ['find', '.', '-ignore_readdir_race', '-printf', GNU_FORMAT]
      : ['sh', '-c', 'find . -print0 | xargs -0 -n 256 sh -c "$1" sh', 'sh', BUSYBOX_SCRIPT]
  await using program = await startProgram(host, argv, { cwd: directory, signal })
  const complaints: string[] = []
  const said = readLines(program.stderr, (line) => {
    if (complaints.length < 5) complaints.push(line)
  })
  const lines: string[] = []
  const fields = readFields(program.stdout)
  for await (const { entry, type } of find === 'gnu' ? gnuEntries(fields) : busyboxEntries(fields)) {
    if (type !== 'f' && type !== 'd' && type !== 'l') continue
    if (entry.path !== '' && exclude(entry.path, type === 'd' ? 'directory' : 'other')) continue
    const kind = type === 'f' ? 'file' : type === 'd' ? 'directory' : 'symlink'
    lines.push(manifestLine({ ...entry, type: kind, size: type === 'f' ? entry.size : 0 }))
  }
  const exit = await program.exited
  await said
  signal?.throwIfAborted()
  assertExit('cannot list the directory', exit, complaints.join('; '))
  // Strings of latin1 compare as their bytes do.
  lines.sort((a, b) => (a < b ? -1 : 1))
  return new LineManifest(lines, id)
}

async function assertDirectory(host: Host, directory: string): Promise<void> {
  const stat = await host.files.stat(directory)
  if (stat === undefined) throw new HostError('not-found', `there is no directory ${directory}`)
  if (stat.type !== 'directory') throw new HostError('not-a-directory', `not a directory: ${directory}`)
}

/** Strings between NULs. */
async function* readFields(stream: AsyncIterable<Buffer>): AsyncGenerator<readonly string[]> {
  let rest = ''
  for await (const chunk of stream) {
    const fields = (rest + chunk.toString('latin1')).split('\0')
    rest = fields.pop() ?? ''
    yield fields
  }
  if (rest !== '') throw new HostError('io', 'the list of the directory is cut')
}

async function* gnuEntries(chunks: AsyncIterable<readonly string[]>): AsyncGenerator<Found> {
  let fields: string[] = []
  for await (const chunk of chunks) {
    fields = fields.concat(chunk)
    let at = 0
    for (; at + GNU_FIELDS <= fields.length; at += GNU_FIELDS) {
      const [path = '', type = '', mode, size, mtime = '', ctime = '', inode = '', links, target = ''] =
        fields.slice(at, at + GNU_FIELDS)
      yield {
        type,
        entry: {
          path,
          mode: Number.parseInt(mode ?? '', 8),
          size: Number(size),
          mtime: nanoseconds(mtime),
          ctime: nanoseconds(ctime),
          inode,
          links: Number(links),
          target,
        },
      }
    }
    fields = fields.slice(at)
  }
}

/** GNU find writes ten digits, of which a file has nine. */
function nanoseconds(time: string): string {
  return time.replace(/(\.[0-9]{9})[0-9]*$/, '$1')
}

async function* busyboxEntries(chunks: AsyncIterable<readonly string[]>): AsyncGenerator<Found> {
  let fields: string[] = []
  for await (const chunk of chunks) {
    fields = fields.concat(chunk)
    let at = 0
    for (;;) {
      const count = Number(fields[at + 1] ?? Number.NaN)
      if (!(fields.length >= at + 2 + count)) break
      const numbers = (fields[at] ?? '').split('\n')
      const names = fields.slice(at + 2, at + 2 + count)
      for (const [index, name] of names.entries()) yield busyboxEntry(numbers[index] ?? '', name)
      at += 2 + count
    }
    fields = fields.slice(at)
  }
}

const BUSYBOX_TYPES: Readonly<Record<number, string>> = { 0o10: 'f', 0o04: 'd', 0o12: 'l' }

function busyboxEntry(numbers: string, name: string): Found {
  const [raw = '', size, mtime = '', ctime = '', inode = '', links] = numbers.split(' ')
  const bits = Number.parseInt(raw, 16)
  return {
    type: BUSYBOX_TYPES[bits >> 12] ?? 'other',
    entry: {
      path: name === '.' ? '' : name.replace(/^\.\//, ''),
      mode: bits & 0o7777,
      size: Number(size),
      mtime,
      ctime,
      inode,
      links: Number(links),
      target: '',
    },
  }
}
