import { manifestEntry, pathOfLine } from './manifest.ts'

/** What an incremental archive must hold. */
export interface Changes {
  /** Lines of the new manifest, in its order. */
  readonly changed: readonly string[]
  /** Paths that are not there any more, or are of another type now. */
  readonly deleted: readonly string[]
}

/**
 * Compares the sorted lines of two manifests. Everything counts that can tell a change, the time of the last change of an
 * inode included, which nobody can set back.
 *
 * With an entry come the directories above it (unpacking it changes their times, which must be set again) and all other
 * names of its inode (else a hard link would become a copy).
 */
export function findChanges(base: readonly string[], now: readonly string[]): Changes {
  const deleted: string[] = []
  const wanted = new Set<string>()
  const inodes = new Set<string>()
  const touched = (path: string) => {
    for (let slash = path.lastIndexOf('/'); slash !== -1; slash = path.lastIndexOf('/', slash - 1))
      wanted.add(path.slice(0, slash))
  }
  for (const { was, is } of merge(base, now)) {
    if (was === is) continue
    const path = pathOfLine(is ?? was ?? '')
    touched(path)
    if (is !== undefined) {
      wanted.add(path)
      const { inode, links, type } = manifestEntry(is)
      if (links > 1 && type !== 'directory') inodes.add(inode)
    }
    if (was !== undefined && (is === undefined || typeOf(was) !== typeOf(is))) deleted.push(path)
  }
  if (inodes.size > 0) {
    for (const { path, inode } of now.map(manifestEntry)) {
      if (!inodes.has(inode) || wanted.has(path)) continue
      wanted.add(path)
      touched(path)
    }
  }
  const isWanted = (line: string) => pathOfLine(line) === '' || wanted.has(pathOfLine(line))
  return { changed: now.filter(isWanted), deleted }
}

/** Pairs lines of one path; both sides are sorted. */
function* merge(
  base: readonly string[],
  now: readonly string[],
): Generator<{ readonly was?: string; readonly is?: string }> {
  let [left, right] = [0, 0]
  while (left < base.length || right < now.length) {
    const [was, is] = [base[left], now[right]]
    const order = was === undefined ? 1 : is === undefined ? -1 : compare(pathOfLine(was), pathOfLine(is))
    if (order <= 0) left += 1
    if (order >= 0) right += 1
    yield {
      ...(was !== undefined && order <= 0 ? { was } : {}),
      ...(is !== undefined && order >= 0 ? { is } : {}),
    }
  }
}

/** As the lines are sorted: `a`, `a/b`, `a!`: a NUL follows the path, and comes before everything. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0
}

function typeOf(line: string): string {
  return manifestEntry(line).type
}
