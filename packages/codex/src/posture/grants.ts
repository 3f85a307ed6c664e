import path from 'node:path'
import { ConversationError, type Grant, type Refusal } from '@x/agents/conversation'
import type { Host } from '@x/host'
import { secretsOf } from './account-places.ts'
import type { PermissionPlaces } from './render-permissions.ts'

/** Whoever writes here decides what runs outside the sandbox. */
const SYSTEM_PLACES = [
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib32',
  '/lib64',
  '/libx32',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
] as const

/** The same in the account's home, relative to it. */
const PROGRAMS_OF_A_HOME = ['.cargo/bin', '.config', '.local/bin', '.local/share/systemd', 'bin'] as const

/** What programs outside the sandbox obey, wherever it lies. Codex keeps it read-only below every place that it opens. */
export const PROTECTED_NAMES: readonly string[] = ['.git', '.codex', '.agents']

/** What Codex would take for more than one place. */
const PATTERN = /[*?[\]{}\0]/

/**
 * The grant as it may be given: with the real path of its place on the host, every link followed there.
 * @throws ConversationError `not-grantable` naming why; HostError when the host can't be asked
 */
export async function resolveGrant(host: Host, places: PermissionPlaces, grant: Grant): Promise<Grant> {
  if ('network' in grant) return { network: true }
  const { mode } = grant
  const refuse = (why: string): never => {
    throw new ConversationError('not-grantable', `${grant.path} can't be granted: ${why}`)
  }
  if (!isPlainPath(grant.path)) refuse('it is no plain absolute path')
  const real = await host.files.realPath(grant.path).catch(() => refuse('there is nothing'))
  const stat = await host.files.stat(real)
  // A file that is to be writable breaks the whole sandbox of both versions: each command then fails.
  if (mode === 'write' && stat?.type !== 'directory') refuse('only a directory can be written in')
  if (stat?.type !== 'directory' && stat?.type !== 'file') refuse('it is neither a file nor a directory')
  const why = whyClosed(real, mode, places)
  if (why !== undefined) refuse(why)
  return { path: real, mode }
}

/**
 * Whether it may be given as it stands, beside what is. A link may not: Codex would follow it, also to where it leads
 * later.
 */
export async function isGrantable(
  host: Host,
  places: PermissionPlaces,
  grant: Grant,
  given: readonly Grant[],
): Promise<boolean> {
  if (given.some((one) => areNested(one, grant))) return false
  const now = await resolveGrant(host, places, grant).catch(() => undefined)
  return now !== undefined && isSameGrant(now, grant)
}

/** Whether one of two places lies below the other, and commands may write in the outer one. */
export function areNested(one: Grant, other: Grant): boolean {
  if ('network' in one || 'network' in other || one.path === other.path) return false
  return (
    (one.mode === 'write' && isWithin(one.path, other.path)) ||
    (other.mode === 'write' && isWithin(other.path, one.path))
  )
}

/**
 * The grants that may still be given as they stand. A place that is gone, or has become a link to another one since,
 * is left out: Codex would follow it.
 */
export async function grantsThatHold(
  host: Host,
  places: PermissionPlaces,
  grants: readonly Grant[],
): Promise<readonly Grant[]> {
  const checked = await Promise.all(
    grants.map(async (grant) => ((await isGrantable(host, places, grant, [])) ? grant : undefined)),
  )
  return withoutNested(checked.filter((grant) => grant !== undefined))
}

/**
 * The same places without those that lie in others. Codex follows links on the way to a place that it opens: who may
 * write in the outer one could put a link in the inner one's place, to anywhere. Pure.
 */
export function withoutNested(grants: readonly Grant[]): readonly Grant[] {
  return grants.filter(
    (grant, n) =>
      !grants.some(
        (other, m) => m !== n && coversGrant(other, grant) && (m < n || !isSameGrant(other, grant)),
      ),
  )
}

/** A refusal with what a person may grant against it: the network, or the nearest directory that is there. */
export async function describeRefusal(
  host: Host,
  places: PermissionPlaces,
  refusal: Refusal,
  given: readonly Grant[],
): Promise<Refusal> {
  const { denied, path: place } = refusal
  if (denied === 'network') return { ...refusal, grant: { network: true } }
  if (place === undefined || denied === 'unknown') return refusal
  for (let at = place; at !== '/'; at = path.posix.dirname(at)) {
    const stat = await host.files.stat(at)
    if (!stat || (stat.type === 'file' && denied === 'write')) continue
    const grant = await resolveGrant(host, places, { path: at, mode: denied }).catch(() => undefined)
    return grant && !given.some((one) => areNested(one, grant)) ? { ...refusal, grant } : refusal
  }
  return refusal
}

/** The places of grants that allow writing. Pure. */
export function writableIn(grants: readonly Grant[]): readonly string[] {
  return grants.flatMap((grant) => ('path' in grant && grant.mode === 'write' ? [grant.path] : []))
}

export function isSameGrant(one: Grant, other: Grant): boolean {
  if ('network' in one || 'network' in other) return 'network' in one && 'network' in other
  return one.path === other.path && one.mode === other.mode
}

/** Whether `given` also allows what `wanted` would. */
export function coversGrant(given: Grant, wanted: Grant): boolean {
  if ('network' in given || 'network' in wanted) return isSameGrant(given, wanted)
  return isWithin(given.path, wanted.path) && (given.mode === 'write' || wanted.mode === 'read')
}

/** Whether `place` is `root` or lies below it; both absolute and normal. */
export function isWithin(root: string, place: string): boolean {
  return place === root || place.startsWith(root === '/' ? '/' : `${root}/`)
}

function isPlainPath(place: string): boolean {
  return path.posix.isAbsolute(place) && path.posix.normalize(place) === place && !PATTERN.test(place)
}

function whyClosed(place: string, mode: 'read' | 'write', places: PermissionPlaces): string | undefined {
  const { paths, directory, stateDir, installation, accountHome } = places
  const overlaps = (other: string): boolean => isWithin(place, other) || isWithin(other, place)
  const inHome = (name: string): string => path.posix.join(accountHome, name)
  const secrets = [stateDir, ...secretsOf(places)]
  if (PATTERN.test(place)) return 'Codex would read its name as a pattern'
  const isProtected = mode === 'write' && hasProtectedName(place, directory)
  if ([directory, paths.work].some((root) => isWithin(root, place)) && !isProtected)
    return 'it is open already'
  if (secrets.some(overlaps)) return 'it holds, or is, what must stay out of reach of commands'
  if (place === '/tmp' || place.startsWith('/tmp/codex-daemon-')) return 'sockets of Codex lie there'
  if (mode === 'read') return undefined
  const programs = [installation, cacheOf(installation), ...PROGRAMS_OF_A_HOME.map(inHome)]
  if (programs.some(overlaps) || SYSTEM_PLACES.some((root) => isWithin(root, place)))
    return 'it holds programs or settings that are used outside the sandbox'
  // Who may write around it could put a link in its place, which Codex would follow.
  if (isWithin(place, directory)) return 'it holds the directory that commands work in'
  if (hasProtectedName(place, '/')) return 'what lies there is obeyed by programs outside the sandbox'
  return undefined
}

/** `<cache>/codex/<version>`: all versions. One that is installed otherwise has no such neighbours. */
function cacheOf(installation: string): string {
  const parent = path.posix.dirname(installation)
  return path.posix.basename(parent) === 'codex' ? parent : installation
}

function hasProtectedName(place: string, root: string): boolean {
  return path.posix
    .relative(root, place)
    .split('/')
    .some((name) => PROTECTED_NAMES.includes(name.toLowerCase()))
}
