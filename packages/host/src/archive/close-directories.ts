import { forEachPath, type UnpackPlace } from './unpack-archive.ts'

const OWNER_MAY_SEARCH = 0o100

interface ChmodRun {
  /** As `chmod` takes it. */
  readonly mode: string
  readonly paths: readonly string[]
}

/** Gives directories the modes that they are to have, but for the one that holds all. */
export async function closeDirectories(
  place: UnpackPlace,
  modes: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { mode, paths } of chmodRuns(modes)) await forEachPath(place, ['chmod', '--', mode], paths)
}

/**
 * As few runs as there are modes, and one: whoever may no longer search a directory cannot change what is below it, so
 * that right goes in the end, the deepest first.
 */
export function chmodRuns(modes: ReadonlyMap<string, number>): readonly ChmodRun[] {
  const byMode = new Map<number, string[]>()
  const unsearched: string[] = []
  for (const [path, mode] of modes) {
    if (path === '') continue
    const first = mode | OWNER_MAY_SEARCH
    const same = byMode.get(first)
    if (same === undefined) byMode.set(first, [path])
    else same.push(path)
    if (mode !== first) unsearched.push(path)
  }
  const runs = [...byMode].map(([mode, paths]) => ({ mode: mode.toString(8), paths }))
  return unsearched.length === 0 ? runs : [...runs, { mode: 'u-x', paths: unsearched.sort().reverse() }]
}
