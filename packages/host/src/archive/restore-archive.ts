import path from 'node:path'
import { assertAbsolute } from '../assert-arguments.ts'
import { DisposeStack } from '../dispose-stack.ts'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import { resolveLimits, type ArchiveLimits } from './archive-limits.ts'
import type { ArchiveHeader } from './archive-header.ts'
import { closeDirectories } from './close-directories.ts'
import { EntryVetter } from './entry-vetter.ts'
import { layBase } from './lay-base.ts'
import { ListingCutter } from './listing.ts'
import { LineManifest, manifestEntry, manifestLine, pathOfLine, type Manifest } from './manifest.ts'
import { OpenedArchive } from './opened-archive.ts'
import { refuse } from './refuse.ts'
import { Closings, lost } from './run-program.ts'
import { openRestoreGuard, type RestoreGuard } from './restore-guard.ts'
import { unpackArchive, type UnpackPlace } from './unpack-archive.ts'
import { workerTools, type WorkerTools } from './worker-tools.ts'

export interface RestoreOptions {
  /** What the archives may make of the machine; more is refused. */
  readonly limits?: ArchiveLimits
  /**
   * What the directory holds now, as the last restore or archive of it said: the archives are laid over that. Without
   * it the first archive must be a whole one.
   */
  readonly onto?: Manifest
  /** Ends the restore; what was there stays. */
  readonly signal?: AbortSignal
  /** Compressed bytes read so far, of all archives. */
  readonly onProgress?: (progress: { readonly bytes: number }) => void
}

/**
 * Puts what archives hold in the place of `directory`, which need not exist (its parent must): a whole one, then any
 * number of incremental ones, each with the one before as its base.
 *
 * They are unpacked into a private directory beside it, which takes its place by rename when all were read to their end
 * and found good. Until then, and after every failure, the old content is there untouched and nothing else is left;
 * what a killed restore leaves is swept by the next. (Killed between two renames it leaves the old content aside, and
 * the next restore puts that back first.)
 *
 * The archives are taken for hostile. Nothing outside is written, read or followed; links that lead outside are made as
 * links. Setuid, setgid and sticky bits and owners are dropped. Streams are read to their end, or cancelled: also those
 * that were not begun, for which one step is taken. Misuse leaves them alone.
 * @returns what the directory holds now: the base of the next incremental archive
 * @throws HostError `archive-unsafe`, naming the entry, for `..`, absolute names, entries through links or twice, devices,
 * hard links to what the archive does not hold, more than `limits`, damage, an incremental archive without its base;
 * `unsupported` when the machine lacks tar; else what the machine said. What a stream throws is passed on
 */
export async function restore(
  host: ArchiveHost,
  archives: AsyncIterable<Uint8Array> | readonly AsyncIterable<Uint8Array>[],
  directory: string,
  options: RestoreOptions = {},
): Promise<Manifest> {
  const { onto, signal, onProgress } = options
  const limits = resolveLimits(options.limits)
  assertAbsolute('directory', directory)
  const streams = Symbol.asyncIterator in archives ? [archives] : archives
  if (streams.length === 0) throw new TypeError('expected at least one archive')
  await using opening = new DisposeStack()
  let bytes = 0
  const onBytes = (count: number): void => {
    bytes += count
    onProgress?.({ bytes })
  }
  const opened = streams.map((stream) =>
    opening.use(new OpenedArchive(stream, { maxRatio: limits.maxRatio, signal, onBytes })),
  )
  signal?.throwIfAborted()
  const tools = await workerTools(host, signal)
  const target = await resolveTarget(host, directory)
  opened[0]?.begin()
  await using guard = await openRestoreGuard(host, target)
  // Awaited before the guard removes what they may work in.
  await using closings = new Closings()
  const place: UnpackPlace = {
    host,
    tools,
    directory: guard.directory,
    vetter: new EntryVetter({ limits, foldsCase: guard.foldsCase }),
    narrow: new Map(),
    signal,
    closings,
  }
  try {
    if (onto !== undefined) await layBase(place, target, onto)
    let id = onto?.id
    let listing: readonly Buffer[] = []
    for (const one of opened) {
      const accept = (header: ArchiveHeader | undefined): void => {
        assertFollows(header, id)
        id = header?.manifest
      }
      listing = await unpackArchive(place, one, { accept, lists: one === opened.at(-1) })
    }
    // Awaited here: the guard is disposed when this function ends.
    return await finish(place, guard, listing, id)
  } catch (error) {
    throw guard.isLost ? lost('cannot restore', error) : error
  }
}

/** An incremental archive over another base would mix two states. */
function assertFollows(header: ArchiveHeader | undefined, id: string | undefined): void {
  if (header?.base === id) return
  throw refuse(header?.base === undefined ? 'it is a whole one, after another' : 'its base is another one')
}

/** @param listing was made while everything could be read whatever the modes are to be */
async function finish(
  place: UnpackPlace,
  guard: RestoreGuard,
  listing: readonly Buffer[],
  id: string | undefined,
): Promise<Manifest> {
  const { signal, tools } = place
  if (listing.at(-1)?.at(-1) !== 0) throw new HostError('io', 'the list of what was unpacked is cut')
  const narrow = narrowDirectories(place)
  const lines = (): readonly string[] => linesOfListing(listing, tools.find, narrow)
  // Busybox does not tell by its exit whether all was listed; that must be known before anything is replaced.
  const manifest = new LineManifest(tools.find === 'busybox' ? lines() : lines, id)
  await closeDirectories(place, narrow)
  signal?.throwIfAborted()
  await guard.swap(narrow.get(''))
  return manifest
}

/** By what was read last, whatever an earlier archive has put there: `chmod` follows links. */
function narrowDirectories({ narrow, vetter }: UnpackPlace): ReadonlyMap<string, number> {
  const modes = new Map<string, number>()
  for (const path of vetter.directoriesAmong(narrow.keys())) {
    const mode = narrow.get(path)
    if (mode !== undefined) modes.set(path, mode)
  }
  return modes
}

function linesOfListing(
  listing: readonly Buffer[],
  find: WorkerTools['find'],
  narrow: ReadonlyMap<string, number>,
): readonly string[] {
  const cutter = new ListingCutter(find, { isMarked: true })
  for (const chunk of listing) cutter.add(chunk)
  const opened = cutter.end()
  const lines =
    narrow.size === 0 ? opened : opened.map((line) => withMode(line, narrow.get(pathOfLine(line))))
  return lines.sort()
}

function withMode(line: string, mode: number | undefined): string {
  return mode === undefined ? line : manifestLine({ ...manifestEntry(line), mode })
}

/** A link to a directory stays; the directory behind it is replaced. */
async function resolveTarget(host: ArchiveHost, directory: string): Promise<string> {
  const clean = path.posix.normalize(directory).replace(/(?<=.)\/+$/, '')
  const stat = await host.files.stat(clean)
  const target = stat?.type === 'symlink' ? await host.files.realPath(clean) : clean
  const there = stat?.type === 'symlink' ? await host.files.stat(target) : stat
  if (there !== undefined && there.type !== 'directory')
    throw new HostError('not-a-directory', `not a directory: ${directory}`)
  if (target === '/') throw new TypeError('expected directory to have a parent, got /')
  return target
}
