import { mustSucceed } from '../exec-result.ts'
import { linesOf, manifestEntry, pathOfLine, type Manifest, type ManifestEntry } from './manifest.ts'
import { refuse } from './refuse.ts'
import { scanDirectory } from './scan-directory.ts'
import { forEachPath, type UnpackPlace } from './unpack-archive.ts'
import { PLAIN_LOCALE } from './worker-tools.ts'

/** Files are linked where that works: what unpacks makes new files and never writes into old ones. */
const SCRIPT = 'cp -al -- "$1/." "$2/" 2>/dev/null || { rm -rf -- "$2" && cp -a -- "$1" "$2"; }'

/**
 * Fills the private directory with what the target holds of `base`, and tells the vetter of it. What the target holds
 * besides (it was left out of the archives) is not taken over.
 * @throws HostError `archive-unsafe` when something of `base` is not there as it was
 */
export async function layBase(place: UnpackPlace, target: string, base: Manifest): Promise<void> {
  const { host, directory, signal } = place
  const argv = ['sh', '-c', SCRIPT, 'sh', target, directory]
  mustSucceed(await host.exec(argv, { env: PLAIN_LOCALE, ...(signal === undefined ? {} : { signal }) }))
  const now = await scanDirectory(host, directory, { signal })
  const { kept, extra, closedExtra } = compare(linesOf(base), now.lines)
  const closed: string[] = [...closedExtra]
  for (const { path, type, mode } of kept) {
    if (path !== '') place.vetter.register(path, type)
    if (type !== 'directory' || isOpen(mode)) continue
    place.narrow.set(path, mode & 0o777)
    closed.push(path)
  }
  await forEachPath(place, ['chmod', '--', 'u+rwx'], closed)
  await forEachPath(place, ['rm', '-rf', '--'], extra)
}

interface Comparison {
  readonly kept: readonly ManifestEntry[]
  /** Paths of what the base has not. */
  readonly extra: readonly string[]
  /** Those of them that are directories from which their owner may not remove. */
  readonly closedExtra: readonly string[]
}

/** Both are sorted. */
function compare(base: readonly string[], now: readonly string[]): Comparison {
  const kept: ManifestEntry[] = []
  const extra: string[] = []
  const closedExtra: string[] = []
  let at = 0
  for (const line of now) {
    const wanted = base[at]
    if (wanted === undefined || pathOfLine(line) < pathOfLine(wanted)) {
      const { path, type, mode } = manifestEntry(line)
      extra.push(path)
      if (type === 'directory' && !isOpen(mode)) closedExtra.push(path)
      continue
    }
    const entry = manifestEntry(line)
    if (!isSame(manifestEntry(wanted), entry)) throw changed(wanted)
    kept.push(entry)
    at += 1
  }
  const missing = base[at]
  if (missing !== undefined) throw changed(missing)
  return { kept, extra, closedExtra }
}

/** Its owner may change it. */
function isOpen(mode: number): boolean {
  return (mode & 0o700) === 0o700
}

/** All that a copy keeps. A directory's time changes when something that is left out comes or goes. */
function isSame(a: ManifestEntry, b: ManifestEntry): boolean {
  const isSameTime = a.mtime === b.mtime || a.type === 'directory'
  const isSameKind = a.path === b.path && a.type === b.type && a.mode === b.mode
  return isSameKind && isSameTime && a.size === b.size && a.target === b.target
}

function changed(line: string): Error {
  return refuse('the directory does not hold its base any more', pathOfLine(line))
}
