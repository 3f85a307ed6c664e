import { createGlob } from '../glob.ts'

/** Parts of a pattern between slashes; `**` stands for any number of directories. */
type Segment = '**' | ((name: string) => boolean)

interface Rule {
  readonly segments: readonly Segment[]
  readonly isNegated: boolean
  readonly directoriesOnly: boolean
}

/**
 * Makes the one matcher that decides what an archive leaves out, in the language of `.gitignore` (without its comments):
 * a pattern without a slash fits at any depth, one with a slash in it or before it from the top; a slash behind it fits
 * directories only; `*`, `?` and `[a-z]` stay within one name, `**` goes through directories; `!` takes back; the last
 * pattern that fits decides. What lies in a directory that is left out is left out, whatever is said about it.
 *
 * @returns asks about one path, relative and as latin1 bytes. Ask about directories before what they hold.
 * @throws TypeError for an empty pattern
 */
export function createExclude(
  patterns: readonly string[],
): (path: string, type: 'directory' | 'other') => boolean {
  const rules = patterns.map(parseRule)
  const excluded = new Set<string>()
  return (path, type) => {
    const slash = path.lastIndexOf('/')
    const isExcluded = (slash !== -1 && excluded.has(path.slice(0, slash))) || decide(rules, path, type)
    if (isExcluded && type === 'directory') excluded.add(path)
    return isExcluded
  }
}

function decide(rules: readonly Rule[], path: string, type: 'directory' | 'other'): boolean {
  if (rules.length === 0) return false
  const names = readable(path).split('/')
  const last = rules.findLast(
    (rule) => (!rule.directoriesOnly || type === 'directory') && fits(rule.segments, names),
  )
  return last !== undefined && !last.isNegated
}

/** UTF-8 where it is that: patterns are text. Other bytes are one character each. */
function readable(path: string): string {
  const bytes = Buffer.from(path, 'latin1')
  const text = bytes.toString('utf8')
  return Buffer.byteLength(text) === bytes.length && !text.includes('\uFFFD') ? text : path
}

function parseRule(pattern: string): Rule {
  if (typeof pattern !== 'string' || pattern.replace(/^!/, '').replaceAll('/', '') === '')
    throw new TypeError(`expected a pattern that names something, got ${JSON.stringify(pattern)}`)
  const isNegated = pattern.startsWith('!')
  const rest = isNegated ? pattern.slice(1) : pattern
  const directoriesOnly = rest.endsWith('/')
  const parts = rest.replace(/\/+$/, '').split('/')
  const isAnchored = parts.length > 1
  const named = parts.filter((part) => part !== '')
  const segments = named.map((part): Segment => (part === '**' ? '**' : createGlob(part)))
  return { segments: isAnchored ? segments : ['**', ...segments], isNegated, directoriesOnly }
}

/** `reach[i]` tells whether the first `i` names fit the segments so far, so that no pattern makes it slow. */
function fits(segments: readonly Segment[], names: readonly string[]): boolean {
  let reach = [true, ...names.map(() => false)]
  segments.forEach((segment, index) => {
    const next = names.map(() => false)
    next.push(false)
    if (segment === '**') {
      // At the end it means what lies below a directory, not the directory.
      const least = index === segments.length - 1 ? 1 : 0
      const first = reach.indexOf(true)
      for (let at = first + least; first !== -1 && at <= names.length; at += 1) next[at] = true
    } else {
      for (let at = 0; at < names.length; at += 1)
        if (reach[at] === true && segment(names[at] ?? '')) next[at + 1] = true
    }
    reach = next
  })
  return reach[names.length] === true
}
