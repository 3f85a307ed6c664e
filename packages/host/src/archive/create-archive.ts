import { assertAbsolute } from '../assert-arguments.ts'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import { renderArchiveHeader } from './archive-header.ts'
import { findChanges } from './changes.ts'
import { COMPRESSORS, renderFrames } from './compression.ts'
import { createExclude } from './exclude.ts'
import { linesOf, pathOfLine, type LineManifest, type Manifest } from './manifest.ts'
import { feed, isLost, lost, programError, readLines, startProgram } from './run-program.ts'
import { scanDirectory } from './scan-directory.ts'
import { nulEnded } from './unpack-archive.ts'
import { workerTools, type WorkerTools } from './worker-tools.ts'

export interface ArchiveOptions {
  /**
   * What is left out, as in `.gitignore`: `*.log` at any depth, `/build` at the top, `cache/` only directories, `!keep.log`
   * takes back. @default nothing
   */
  readonly exclude?: readonly string[]
  /** The archive holds what changed since, and what was deleted. @default everything */
  readonly base?: Manifest
  /** Ends it: the stream throws the reason. */
  readonly signal?: AbortSignal
  /** Compressed bytes so far. */
  readonly onProgress?: (progress: { readonly bytes: number }) => void
}

/** A directory on its way into a store. */
export interface Archive {
  /** What the directory holds, listed before anything was read. Keep it with the stream: it is the base of the next. */
  readonly manifest: Manifest
  /** Entries in the stream: fewer than the manifest's in an incremental archive. */
  readonly entryCount: number
  /**
   * A tar, compressed by zstd or gzip. It can be iterated once; the programs on the machine run from the first step on,
   * and leaving the loop ends them. It is good only when it ends: a failure on the machine is thrown at its end.
   */
  readonly stream: AsyncIterable<Uint8Array>
}

/** Least that a piece of the stream has, but for the last. */
const PIECE_BYTES = 262_144
const EXIT_MARK = 'archive-tar-exit:'
const GNU_CREATE = [
  'tar',
  '--create',
  '--file=-',
  '--blocking-factor=128',
  '--format=posix',
  '--pax-option=delete=atime,delete=ctime',
  '--sparse',
  '--no-recursion',
  '--null',
  '--files-from=-',
] as const
/** It takes names as arguments only, so that it runs as often as their number needs. */
const BUSYBOX_CREATE = ['xargs', '-0', 'tar', '-c', '--no-recursion', '-f', '-'] as const
/** What `xargs` says when one of the programs has failed. */
const XARGS_FAILED = 123
/** What tar says of files that change or go while it reads: that is no failure. Names come before it, not after. */
const HARMLESS = new RegExp(
  [
    /: (?:Cannot stat|Cannot open): (?:No such file or directory|Not a directory)$/,
    /: (?:No such file or directory|Not a directory)$/,
    /: (?:file changed as we read it|File removed before we read it)$/,
    /: File shrank by [0-9]+ bytes?; padding with zeros$/,
    /^tar: (?:Exiting with failure status due to previous errors|error exit delayed from previous errors)$/,
  ]
    .map(({ source }) => source)
    .join('|'),
)

/**
 * Archives a directory of the machine, not its parents: files with their modes and times (of nanoseconds with GNU tar),
 * directories, symlinks as they are, hard links, holes. Sockets, FIFOs and devices are left out. What changes meanwhile
 * is no failure: the archive holds what was read, and the next incremental one notices.
 *
 * The directory is listed, one matcher decides what is left out, and the machine's tar gets the list. The orchestrator
 * holds the list, some 150 bytes per entry, and of the stream no more than a few chunks. Where there is only busybox, times
 * are of seconds and only those of files come back, holes become zeros, and hard links far apart become copies.
 * @throws HostError `not-found`, `not-a-directory`, `permission-denied` when a part of it cannot be read, `unsupported`
 * when the machine lacks tar, find, or zstd and gzip; `TypeError` for a pattern that is none
 */
export async function archive(
  host: ArchiveHost,
  directory: string,
  options: ArchiveOptions = {},
): Promise<Archive> {
  const { base, signal, exclude = [] } = options
  assertAbsolute('directory', directory)
  const excluded = createExclude(exclude)
  signal?.throwIfAborted()
  const tools = await workerTools(host, signal)
  const root = await host.files.realPath(directory)
  const manifest = await scanDirectory(host, root, { exclude: excluded, signal })
  const { changed, deleted } =
    base === undefined ? { changed: manifest.lines, deleted: [] } : findChanges(linesOf(base), manifest.lines)
  const parts = { manifest, changed, deleted, tools, root }
  return { manifest, entryCount: changed.length, stream: archiveStream(host, parts, options) }
}

interface Parts {
  readonly manifest: LineManifest
  readonly changed: readonly string[]
  readonly deleted: readonly string[]
  readonly tools: WorkerTools
  readonly root: string
}

async function* archiveStream(
  host: ArchiveHost,
  { manifest, changed, deleted, tools, root }: Parts,
  { base, signal, onProgress }: ArchiveOptions,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  const counted = (chunk: Uint8Array): Uint8Array => {
    bytes += chunk.length
    onProgress?.({ bytes })
    return chunk
  }
  const joined = tools.tar === 'busybox'
  const header = { manifest: manifest.id, joined, ...(base === undefined ? {} : { base: base.id }) }
  for (const block of inPieces(renderArchiveHeader(header, deleted)))
    yield counted(renderFrames(block, tools.compression))
  const tar = tools.tar === 'gnu' ? GNU_CREATE : BUSYBOX_CREATE
  const script = `{ "$@"; echo "${EXIT_MARK}$?" >&2; } | ${COMPRESSORS[tools.compression]}`
  const argv = ['sh', '-c', script, 'sh', ...tar]
  await using program = await startProgram(host, argv, { cwd: root, stdin: 'pipe', signal })
  const verdict = new TarVerdict()
  const saying = readLines(program.stderr, (line) => verdict.take(line))
  const feeding = feed(program.stdin, nulEnded(pathsOf(changed)))
  for await (const piece of gathered(program.stdout)) yield counted(piece)
  const exit = await program.exited
  await Promise.all([saying, feeding])
  signal?.throwIfAborted()
  if (isLost(exit)) throw lost('cannot archive the directory')
  verdict.assertGood(exit.exitCode)
}

function* pathsOf(lines: readonly string[]): Generator<string> {
  for (const line of lines) yield pathOfLine(line)
}

/** Judges what tar said by the line, so that a file's name cannot make a failure look harmless. */
class TarVerdict {
  #exit: number | undefined
  #failure: string | undefined

  take(line: string): void {
    if (line.startsWith(EXIT_MARK)) this.#exit = Number(line.slice(EXIT_MARK.length))
    else if (!HARMLESS.test(line)) this.#failure ??= line
  }

  assertGood(compressorExit: number | null): void {
    if (compressorExit === 0 && this.#exit === 0) return
    if (compressorExit === null || this.#exit === undefined)
      throw new HostError('io', `the archive is cut: ${this.#failure ?? 'a program was killed'}`)
    if (
      this.#failure === undefined &&
      compressorExit === 0 &&
      (this.#exit <= 2 || this.#exit === XARGS_FAILED)
    )
      return
    throw programError('cannot archive the directory', this.#failure ?? `exit code ${compressorExit}`)
  }
}

/** Whoever stores the stream has costs for each piece, which are more than those of a copy. */
async function* gathered(source: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of source) {
    chunks.push(chunk)
    bytes += chunk.length
    if (bytes < PIECE_BYTES) continue
    yield Buffer.concat(chunks, bytes)
    chunks = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(chunks, bytes)
}

/** Small blocks in one piece each of some 64 KiB. */
function* inPieces(blocks: Iterable<Buffer>): Generator<Buffer> {
  let piece: Buffer[] = []
  let bytes = 0
  for (const block of blocks) {
    piece.push(block)
    bytes += block.length
    if (bytes < 65_536) continue
    yield Buffer.concat(piece)
    piece = []
    bytes = 0
  }
  if (piece.length > 0) yield Buffer.concat(piece)
}
