import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import type { ArchiveHeader } from './archive-header.ts'
import { decompress } from './decompress.ts'
import type { EntryVetter } from './entry-vetter.ts'
import { leaveOnAbort } from './leave-on-abort.ts'
import type { RunningProcess } from '../running-process.ts'
import { assertExit, feed, readLines, startProgram, type Closings } from './run-program.ts'
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
  readonly maxRatio: number
  readonly signal: AbortSignal | undefined
  /** Gets what has ended. */
  readonly closings: Closings
  /** Told of the bytes of each chunk that was read. */
  readonly onBytes: (bytes: number) => void
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

/**
 * Unpacks one archive over what the earlier ones of its series have made.
 * @param accept decides by what the archive says about itself, before anything is written, and throws
 * @throws HostError `archive-unsafe`, or what the machine said
 */
export async function unpackArchive(
  place: UnpackPlace,
  source: AsyncIterable<Uint8Array>,
  accept: (header: ArchiveHeader | undefined) => void,
): Promise<void> {
  const { host, tools, directory, signal } = place
  const sanitiser = new TarSanitiser(place.vetter, tools.tar === 'gnu' ? 'pax' : 'gnu', place.narrow)
  // Ends the reading with everything else that fails, also while the source gives nothing.
  const reading = new AbortController()
  const stop = (): void => reading.abort(signal?.reason)
  signal?.addEventListener('abort', stop, { once: true })
  async function* safe(): AsyncGenerator<Buffer> {
    const input = counted(leaveOnAbort(source, reading.signal), place.onBytes)
    for await (const chunk of decompress(input, place)) yield* sanitiser.push(chunk)
    yield* sanitiser.end()
  }
  const safeBytes = safe()
  const beginning = safeBytes.next()
  // Whoever awaits it below hears of a failure.
  beginning.catch(() => undefined)
  try {
    const argv = tools.tar === 'gnu' ? GNU_EXTRACT : BUSYBOX_EXTRACT
    // It does nothing before it is fed.
    const program = await startProgram(host, argv, { cwd: directory, stdin: 'pipe', signal })
    try {
      const first = await beginning
      accept(sanitiser.archiveHeader)
      await forEachPath(place, ['rm', '-rf', '--'], sanitiser.deletions)
      await unpack(program, startingWith(first, safeBytes), (piece) => sanitiser.giveBack(piece), signal)
      // Busybox may end at the end of the archive and leave the zeros after it.
      if (!sanitiser.hasEnded) throw new HostError('io', 'tar has ended before the archive did')
    } finally {
      place.closings.add(program)
    }
  } finally {
    signal?.removeEventListener('abort', stop)
    reading.abort(new Error('nobody reads the archive any more'))
    await safeBytes.return(undefined)
  }
}

async function unpack(
  program: RunningProcess,
  safeBytes: AsyncIterable<Buffer>,
  onWritten: (piece: Buffer) => void,
  signal: AbortSignal | undefined,
): Promise<void> {
  const complaints: string[] = []
  const saying = readLines(program.stderr, (line) => complaints.length < 5 && complaints.push(line))
  program.stdout.resume()
  await feed(program.stdin, safeBytes, onWritten)
  const exit = await program.exited
  await saying
  signal?.throwIfAborted()
  assertExit('cannot unpack the archive', exit, complaints.join('; '))
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

async function* startingWith(
  first: IteratorResult<Buffer, unknown>,
  rest: AsyncGenerator<Buffer>,
): AsyncGenerator<Buffer> {
  if (first.done === true) return
  yield first.value
  yield* rest
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    onBytes(chunk.length)
    yield chunk
  }
}
