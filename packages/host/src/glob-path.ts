import { createGlob } from './glob.ts'

/** A relative pattern, at one directory of a search. */
export interface GlobPath {
  /** What the pattern says of a name in this directory: whether it matches, and how the search goes on below it. */
  enter(name: string): { readonly isMatch: boolean; readonly below: GlobPath | undefined }
}

type Segment = 'any-depth' | ((name: string) => boolean)

/**
 * Reads a relative pattern. `**` as a whole segment is any number of directories; a name that begins with a dot is matched
 * only by a segment that begins with one.
 * @throws TypeError for one that is absolute, empty, or has `.`, `..` or nothing as a segment
 */
export function parseGlobPath(pattern: string): GlobPath {
  if (typeof pattern !== 'string' || pattern.includes('\0'))
    throw new TypeError('expected a pattern of names without NUL')
  const segments = pattern.split('/').map((segment): Segment => {
    if (segment === '' || segment === '.' || segment === '..')
      throw new TypeError(`expected a relative pattern of names, got ${JSON.stringify(pattern)}`)
    if (segment === '**') return 'any-depth'
    const matches = createGlob(segment)
    return (name) => (!name.startsWith('.') || segment.startsWith('.')) && matches(name)
  })
  // At the end it is any entry, at any depth.
  if (segments.at(-1) === 'any-depth') segments.push((name) => !name.startsWith('.'))
  return at(segments, [0])
}

/** All places in the pattern at once, so that no directory is searched twice. */
function at(segments: readonly Segment[], states: readonly number[]): GlobPath {
  const open = new Set(states)
  // A set tells its later members too while it is walked.
  for (const state of open) if (segments[state] === 'any-depth') open.add(state + 1)
  return {
    enter(name) {
      let isMatch = false
      const next = new Set<number>()
      for (const state of open) {
        const segment = segments[state]
        if (segment === 'any-depth') {
          if (!name.startsWith('.')) next.add(state)
        } else if (segment?.(name) === true) {
          if (state === segments.length - 1) isMatch = true
          else next.add(state + 1)
        }
      }
      return { isMatch, below: next.size === 0 ? undefined : at(segments, [...next]) }
    },
  }
}
