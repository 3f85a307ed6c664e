import type { Readable } from 'node:stream'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import type { ArchiveHeader } from './archive-header.ts'
import type { EntryVetter } from './entry-vetter.ts'
import type { OpenedArchive } from './opened-archive.ts'
import type { RunningProcess } from '../running-process.ts'
import { assertExit, feed, feedPortions, readLines, startProgram } from './run-program.ts'
import type { Closings, Portion } from './run-program.ts'
import { listArgv } from './listing.ts'
import { TarSanitiser } from './tar-sanitiser.ts'
import type { WorkerTools } from './worker-tools.ts'

/** Where and how archives are unpacked, one after the other. */
export interface UnpackPlace {
  readonly host: ArchiveHost
  readonly tools: WorkerTools
  /** On the machine, private. */
  readonly directory: string
  readonly vetter: EntryVetter
  /** Modes of directories to be set in the end. */
  readonly narrow: Map<string, number>
  readonly signal: AbortSignal | undefined
  /** Gets what has ended. */
  readonly closings: Closings
}

export interface UnpackOptions {
  /** Decides by what the archive says about itself, before anything is written, and throws. */
  readonly accept: (header: ArchiveHeader | undefined) => void
  /** List what lies there afterwards. */
  readonly lists: boolean
}

const GNU_EXTRACT = [
  'tar',
  '--extract',
  '--file=-',
  '--blocking-factor=128',
  '--no-same-owner',
  '--same-permissions',
  '--delay-directory-restore',
  '--warning=no-timestamp',
] as const
const BUSYBOX_EXTRACT = ['tar', '-x', '-p', '-o', '-f', '-'] as const
/** Said between unpacking and listing. */
const LISTING = 'archive-is-listed'

/**
 * Unpacks one archive over what the earlier ones of its series have made.
 * @returns the list, for `ListingCutter`, when it was asked for
 * @throws HostError `archive-unsafe`, or what the machine said
 */
export async function unpackArchive(
  place: UnpackPlace,
  archive: OpenedArchive,
  { accept, lists }: UnpackOptions,
): Promise<readonly Buffer[]> {
  const { host, tools, directory, signal } = place
  const sanitiser = new TarSanitiser(place.vetter, tools.tar === 'gnu' ? 'pax' : 'gnu', place.narrow)
  const safe = sanitised(archive, sanitiser)
  const beginning = safe.next()
  // Whoever awaits it below hears of a failure.
  beginning.catch(() => undefined)
  try {
    // It does nothing before it is fed.
    const program = await startProgram(host, unpackArgv(tools, lists), {
      cwd: directory,
      stdin: 'pipe',
      signal,
    })
    try {
      const first = await beginning
      accept(sanitiser.archiveHeader)
      await forEachPath(place, ['rm', '-rf', '--'], sanitiser.deletions)
      const lines = await unpack(program, startingWith(first, safe), signal)
      // Busybox may end at the end of the archive and leave the zeros after it.
      if (!sanitiser.hasEnded) throw new HostError('io', 'tar has ended before the archive did')
      return lines
    } finally {
      place.closings.add(program)
    }
  } finally {
    await archive[Symbol.asyncDispose]()
    await safe.return(undefined)
  }
}

async function* sanitised(archive: OpenedArchive, sanitiser: TarSanitiser): AsyncGenerator<Portion> {
  for await (const { bytes, giveBack } of archive.chunks()) {
    const pieces = sanitiser.push(bytes)
    if (pieces.length > 0) yield { pieces, onWritten: giveBack }
    else giveBack()
  }
  yield { pieces: sanitiser.end() }
}

/** One program for both: the second has nothing to wait for. */
function unpackArgv({ tar, find }: WorkerTools, lists: boolean): readonly string[] {
  const extract = tar === 'gnu' ? GNU_EXTRACT : BUSYBOX_EXTRACT
  if (!lists) return extract
  return [
    'sh',
    '-c',
    `${extract.join(' ')} || exit; echo ${LISTING} >&2; exec "$@"`,
    'sh',
    ...listArgv(find, true),
  ]
}

async function unpack(
  program: RunningProcess,
  safe: AsyncIterable<Portion>,
  signal: AbortSignal | undefined,
): Promise<readonly Buffer[]> {
  let what = 'cannot unpack the archive'
  let complaints: string[] = []
  const saying = readLines(program.stderr, (line) => {
    if (line === LISTING) [what, complaints] = ['cannot list what was unpacked', []]
    else if (complaints.length < 5) complaints.push(line)
  })
  const listing = collect(program.stdout)
  await feedPortions(program.stdin, safe)
  const exit = await program.exited
  await saying
  signal?.throwIfAborted()
  assertExit(what, exit, complaints.join('; '))
  return listing
}

/** All that comes, as it comes. A stream that is cut has said what it could; the exit tells the rest. */
async function collect(stream: Readable): Promise<readonly Buffer[]> {
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  } catch {
    chunks.length = 0
  }
  return chunks
}

/** Runs a program with the paths behind its arguments, as often as it takes. */
export async function forEachPath(
  place: Pick<UnpackPlace, 'host' | 'directory' | 'signal'>,
  argv: readonly string[],
  paths: readonly string[],
): Promise<void> {
  if (paths.length === 0) return
  const { host, directory, signal } = place
  const options = { cwd: directory, stdin: 'pipe', signal } as const
  await using program = await startProgram(host, ['xargs', '-0', ...argv], options)
  let said = ''
  const saying = readLines(program.stderr, (line) => (said = line))
  program.stdout.resume()
  await feed(program.stdin, nulEnded(paths))
  const exit = await program.exited
  await saying
  signal?.throwIfAborted()
  assertExit(`cannot run ${argv[0] ?? ''}`, exit, said)
}

/** Paths relative to the working directory, as programs take them with `-0`, in pieces of some 64 KiB. */
export async function* nulEnded(paths: Iterable<string>): AsyncGenerator<Buffer> {
  let piece = ''
  for (const path of paths) {
    piece += `./${path}\0`
    if (piece.length < 65_536) continue
    yield Buffer.from(piece, 'latin1')
    piece = ''
  }
  if (piece !== '') yield Buffer.from(piece, 'latin1')
}

async function* startingWith<T>(
  first: IteratorResult<T, unknown>,
  rest: AsyncGenerator<T>,
): AsyncGenerator<T> {
  if (first.done === true) return
  yield first.value
  yield* rest
}
