import type { GlobPath } from '../glob-path.ts'

/**
 * Arguments: where to search, then `find` expressions: see `findArguments`. What may not be looked into has nothing to
 * find, but the place to begin must be readable.
 */
export const FIND_FILES = `LC_ALL=C; export LC_ALL; unset CDPATH
cd "$1" 2>/dev/null && [ -r . ] || { find "$1/." -prune >/dev/null || exit 1; echo "$1: Permission denied" >&2; exit 1; }
shift
find . -mindepth 1 "$@" -print0 2>/dev/null
exit 0
`

/**
 * Keeps `find` from what cannot match, so that it need not cross the network: by depth, by names that begin with a dot,
 * and level by level up to the first `**`. It leaves more than matches, since its patterns mean bytes: `isFound` decides.
 */
export function findArguments(pattern: string): readonly string[] {
  const segments = pattern.split('/')
  const deep = segments.indexOf('**')
  const depth = deep < 0 ? ['-maxdepth', String(segments.length)] : []
  const hidden = segments.some((segment) => segment.startsWith('.'))
    ? []
    : ['(', '-name', '.?*', '-prune', ')', '-o']
  const fixed = (deep < 0 ? segments : segments.slice(0, deep)).map(atLeast)
  const levels = fixed.map((_, index) => `./${fixed.slice(0, index + 1).join('/')}`)
  if (deep >= 0) levels.push(`${levels.at(-1) ?? '.'}/*`)
  const ways = levels.flatMap((level, index) => [...(index === 0 ? [] : ['-o']), '-path', level])
  return [...depth, ...hidden, '!', '(', ...ways, ')', '-prune', '-o']
}

/** What a segment begins with, and anything: it matches whatever the segment does. */
function atLeast(segment: string): string {
  const special = /[*?[\\]/.exec(segment)
  return special === null ? segment : `${segment.slice(0, special.index)}*`
}

/** True when a relative path matches. */
export function isFound(pattern: GlobPath, path: string): boolean {
  let at: GlobPath | undefined = pattern
  const names = path.split('/')
  for (const [index, name] of names.entries()) {
    if (at === undefined) return false
    const { isMatch, below }: ReturnType<GlobPath['enter']> = at.enter(name)
    if (index === names.length - 1) return isMatch
    at = below
  }
  return false
}
