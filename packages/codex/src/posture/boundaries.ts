import type { Grant } from '@x/agents/conversation'
import { secretsOf } from './account-places.ts'
import type { PermissionPlaces } from './render-permissions.ts'

/** What the sandbox of a session closes: enough to tell whether it was what stood in a command's way. */
export interface Boundaries {
  /** Can't be looked into. */
  readonly hidden: readonly string[]
  /** Open all the same, below what is hidden. */
  readonly open: readonly string[]
  readonly network: boolean
}

export function boundariesOf(places: PermissionPlaces, grants: readonly Grant[]): Boundaries {
  const { paths, directory, stateDir } = places
  return {
    hidden: ['/tmp', stateDir, ...secretsOf(places)],
    open: [
      directory,
      paths.work,
      paths.temporary,
      ...grants.flatMap((grant) => ('path' in grant ? [grant.path] : [])),
    ],
    network: grants.some((grant) => 'network' in grant),
  }
}
