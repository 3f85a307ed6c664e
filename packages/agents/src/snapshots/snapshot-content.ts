import { isSafePath, type SeedManifest } from '../seeds/manifest.ts'

/**
 * What of a session's directory belongs into snapshots of one kind of agent: an allow-list, so that what is not thought
 * of stays out. Written by the agent's wrapper, as data.
 */
export interface SnapshotContentRules {
  /** For example `codex`. */
  readonly agent: string
  /** Files and directories that belong in, relative to the session's directory, with `/` between names. */
  readonly roots: readonly string[]
  /** What of that is left out nevertheless, as in `.gitignore`, from the session's directory. @default nothing */
  readonly exclude?: readonly string[]
  /** Where the agent's home lies, which the paths of its seed manifest are relative to. @default the directory itself */
  readonly home?: string
}

/**
 * Refuses an allow-list that could ever let a file of a login in: neither may lie in the other. So lists of manifest and
 * snapshot have nothing in common, whatever lies on the disk.
 * @throws TypeError
 */
export function assertApart(rules: SnapshotContentRules, manifests: readonly SeedManifest[]): void {
  const { agent, roots, home } = rules
  if (!/^[\w.-]{1,128}$/.test(agent))
    throw new TypeError('expected the agent of a snapshot to be a short word')
  if (roots.length === 0) throw new TypeError('expected something that belongs into a snapshot')
  for (const path of [...roots, ...(home === undefined ? [] : [home])])
    if (!isSafePath(path))
      throw new TypeError(`expected a path below the directory, got ${JSON.stringify(path)}`)
  assertOnlyTakesAway(rules.exclude ?? [])
  for (const login of loginPaths(rules, manifests))
    for (const root of roots)
      if (meet(root, login))
        throw new TypeError(`expected a snapshot apart from logins, but ${root} and ${login} meet`)
}

/** A pattern that takes back what was left out could let anything in. @throws TypeError */
export function assertOnlyTakesAway(patterns: readonly string[]): void {
  const odd = patterns.find((pattern) => pattern.startsWith('!'))
  if (odd !== undefined)
    throw new TypeError(`expected patterns that only leave out, got ${JSON.stringify(odd)}`)
}

/** Where the files of the agent's logins lie, relative to the session's directory. */
export function loginPaths(
  { agent, home }: SnapshotContentRules,
  manifests: readonly SeedManifest[],
): readonly string[] {
  return manifests
    .filter((manifest) => manifest.agent === agent)
    .flatMap(({ files }) => files.map(({ path }) => (home === undefined ? path : `${home}/${path}`)))
}

/** The allow-list as an archive takes it: at each level all is left out but what leads to a root. */
export function renderExclude({ roots, exclude = [] }: SnapshotContentRules): readonly string[] {
  const tops = roots.filter((root) => !roots.some((other) => root.startsWith(`${other}/`)))
  const patterns: string[] = []
  const levels = new Set(tops.flatMap((root) => ancestors(root)))
  for (const level of [...levels].sort((one, other) => depth(one) - depth(other))) {
    const prefix = level === '' ? '' : `/${escape(level)}`
    patterns.push(`${prefix}/*`)
    const below = (path: string): boolean => parentOf(path) === level
    // Only a directory can lead to a root.
    for (const name of levels) if (name !== '' && below(name)) patterns.push(`!/${escape(name)}/`)
    for (const root of tops) if (below(root)) patterns.push(`!/${escape(root)}`)
  }
  return [...patterns, ...exclude]
}

/** Whether an entry of an archive is one that the allow-list lets in, what leads there included. */
export function isAllowed({ roots }: SnapshotContentRules, path: string): boolean {
  return roots.some((root) => isWithin(path, root) || path === '' || root.startsWith(`${path}/`))
}

export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root}/`)
}

/** As a machine would see it that does not tell case apart. */
export function meet(one: string, other: string): boolean {
  const [a, b] = [one.toLowerCase(), other.toLowerCase()]
  return isWithin(a, b) || isWithin(b, a)
}

/** From the directory itself, which is the empty string, to the parent. */
function ancestors(path: string): string[] {
  const names = path.split('/').slice(0, -1)
  return ['', ...names.map((_, index) => names.slice(0, index + 1).join('/'))]
}

function parentOf(path: string): string {
  return path.slice(0, Math.max(0, path.lastIndexOf('/')))
}

function depth(path: string): number {
  return path === '' ? 0 : path.split('/').length
}

function escape(path: string): string {
  return path.replaceAll(/[*?[\]\\]/g, '\\$&')
}
