import path from 'node:path'
import type { Grant } from '@x/agents/conversation'
import type { ParamsOf, ResultOf } from '@x/codex-appserver'
import { areNested } from '../posture/grants.ts'

type Params = ParamsOf<'item/permissions/requestApproval'>

/** More than this is no list that a person reads. */
const MAX_GRANTS = 100

/** Says whether a grant may ever be given. It looks at the machine: a path may be a link. */
export type MayGrant = (grant: Grant) => Promise<boolean>

/**
 * What is asked for and may be granted. Left out are patterns, places that Codex has names for, and whatever is no
 * plain absolute path; what lies in, or holds, another one that is asked for before it; and what `mayGrant` refuses.
 */
export async function requestedGrants(
  { permissions }: Params,
  mayGrant: MayGrant,
): Promise<readonly Grant[]> {
  const asked = readGrants(permissions).grants
  const distinct = new Map(asked.map((grant) => [JSON.stringify(grant), grant]))
  const grants: Grant[] = []
  for (const grant of [...distinct.values()].slice(0, MAX_GRANTS))
    if (!grants.some((one) => areNested(one, grant)) && (await mayGrant(grant))) grants.push(grant)
  return grants
}

/**
 * What Codex is told: exactly those of the offered grants that were chosen. Each is looked at again, since the machine
 * may have changed while the question was open.
 */
export async function grantedPermissions(
  offered: readonly Grant[],
  chosen: { readonly grants: readonly Grant[]; readonly scope: 'turn' | 'session' },
  mayGrant: MayGrant,
): Promise<ResultOf<'item/permissions/requestApproval'> | { readonly misfit: string }> {
  const { grants, scope } = chosen as { readonly grants: unknown; readonly scope: unknown }
  if (scope !== 'turn' && scope !== 'session') return { misfit: 'expected the scope "turn" or "session"' }
  if (!Array.isArray(grants) || grants.length > MAX_GRANTS) return { misfit: 'expected a list of grants' }
  const granted = offered.filter((offer) => grants.some((grant: unknown) => isThatGrant(offer, grant)))
  if (!grants.every((grant: unknown) => offered.some((offer) => isThatGrant(offer, grant))))
    return { misfit: 'a grant that was not asked for' }
  for (const grant of granted)
    if (!(await mayGrant(grant))) return { misfit: 'a grant that may no longer be given' }
  const places = (mode: 'read' | 'write'): string[] =>
    granted.flatMap((grant) => ('path' in grant && grant.mode === mode ? [grant.path] : []))
  const [read, write] = [places('read'), places('write')]
  return {
    permissions: {
      ...(granted.some((grant) => 'network' in grant) && { network: { enabled: true } }),
      ...((read.length > 0 || write.length > 0) && { fileSystem: { read, write } }),
    },
    scope,
  }
}

/** What Codex would take for permissions, as grants; `unreadable` when there is more in it than grants can say. */
export function readGrants(permissions: Params['permissions']): {
  readonly grants: readonly Grant[]
  readonly unreadable: boolean
} {
  const { network, fileSystem } = permissions
  const grants: Grant[] = network?.enabled === true ? [{ network: true }] : []
  let unreadable = false
  const add = (place: unknown, mode: unknown): void => {
    if (isPlainPath(place) && (mode === 'read' || mode === 'write')) grants.push({ path: place, mode })
    // To be denied more is nothing that is given.
    else if (mode !== 'deny') unreadable = true
  }
  for (const place of fileSystem?.read ?? []) add(place, 'read')
  for (const place of fileSystem?.write ?? []) add(place, 'write')
  for (const { path: place, access } of fileSystem?.entries ?? [])
    add(place.type === 'path' ? place.path : undefined, access)
  return { grants, unreadable }
}

/** Absolute, in its shortest form, and without what Codex would read as a pattern. */
function isPlainPath(place: unknown): place is string {
  return (
    typeof place === 'string' &&
    path.posix.isAbsolute(place) &&
    (path.posix.normalize(place) === place || path.posix.normalize(place) === `${place}/`) &&
    place !== '/' &&
    !/[*?[\]{}\0]/.test(place)
  )
}

/** Nothing but what was offered: a grant of both kinds at once, or with more in it, is none of these. */
export function isThatGrant(offer: Grant, grant: unknown): boolean {
  if (typeof grant !== 'object' || grant === null) return false
  const given = Object.entries(grant)
  const wanted = Object.entries(offer)
  return (
    given.length === wanted.length &&
    wanted.every(([key, value]) => given.some(([name, other]) => name === key && other === value))
  )
}
