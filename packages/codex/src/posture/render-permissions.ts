import path from 'node:path'
import type { Grant } from '@x/agents/conversation'
import type { TaskPaths } from '../home/task-paths.ts'
import { secretsOf } from './account-places.ts'

/** The name under which the profile stands in `config.toml`. */
export const PROFILE = 'task'

export interface PermissionPlaces {
  readonly paths: TaskPaths
  /** Where commands start. */
  readonly directory: string
  readonly stateDir: string
  /** The installed Codex: its helpers are run inside the sandbox. */
  readonly installation: string
  /** Home of the account, whose secrets are hidden. */
  readonly accountHome: string
  /** Where those really lie, and the machine's. @default where they do when none is a link */
  readonly secrets?: readonly string[]
}

/**
 * `confined` as the file system part of Codex's permission profile.
 *
 * The whole state directory is denied and single places in it are given back, instead of denying other tasks one by
 * one: so a task that is made later is hidden too, and with it every login, record and socket. Both versions let the
 * longer path win. What a person grants is checked before: it never holds, nor lies in, what is denied here. Codex's own helper lies in `$CODEX_HOME/tmp`, without which no command starts.
 */
export function renderPermissions(
  places: PermissionPlaces,
  grants: readonly Grant[] = [],
): Record<string, 'read' | 'write' | 'deny'> {
  const { paths, directory, stateDir, installation } = places
  const secrets = secretsOf(places).map((place) => [place, 'deny'] as const)
  return {
    ':slash_tmp': 'deny',
    ':tmpdir': 'write',
    ...Object.fromEntries(secrets),
    [stateDir]: 'deny',
    [path.posix.join(paths.codexHome, 'tmp')]: 'read',
    [installation]: 'read',
    ...Object.fromEntries(
      grants.flatMap((grant) => ('path' in grant ? [[grant.path, grant.mode] as const] : [])),
    ),
    [paths.work]: 'write',
    [directory]: 'write',
  }
}
