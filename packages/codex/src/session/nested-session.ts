import path from 'node:path'
import type { Host } from '@x/host'
import { SessionError } from '../errors.ts'
import { isTaskId, taskPaths } from '../home/task-paths.ts'
import { isWithin, writableIn } from '../posture/grants.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { findAppServer } from './app-server.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { readRecord } from './task-directory.ts'

/** Another session's place, and the one of ours that holds it or lies in it. */
export interface NestedPlace {
  readonly taskId: string
  readonly theirs: string
  readonly ours: string
}

/**
 * A session that runs and may write in a place that holds one of `places`, or lies in one. Whoever may write in the
 * outer one could put a link in the inner one's place, and Codex would open to the other session whatever it leads to.
 * The same place for both is no danger: neither may replace it.
 */
export async function findNested(
  host: Host,
  { stateDir, taskId }: { readonly stateDir: string; readonly taskId: string },
  places: readonly string[],
): Promise<NestedPlace | undefined> {
  // Most sessions have nothing but directories of their own, and start without asking about the others.
  if (places.length === 0) return undefined
  const names = await host.files.list(path.posix.join(stateDir, 'tasks')).catch(() => [])
  const others = names.filter((one) => one !== taskId && isTaskId(one))
  const found = await Promise.all(
    others.map(async (name) => {
      const paths = taskPaths(stateDir, name)
      // One that can't be read can't be started either.
      const record = await readRecord(host, paths).catch(() => undefined)
      const nested = record && nestedPlace(writablePlaces(record, paths.work), places)
      return nested && (await findAppServer(host, paths)) ? { taskId: name, ...nested } : undefined
    }),
  )
  return found.find((one) => one !== undefined)
}

/**
 * For a session that starts anew: another one may have come to work there meanwhile.
 * @throws SessionError `unrecoverable`
 */
export async function assertApart(
  host: Host,
  record: LaunchRecord,
  { paths, stateDir }: PermissionPlaces,
): Promise<void> {
  const { taskId } = record
  const nested = await findNested(host, { stateDir, taskId }, writablePlaces(record, paths.work))
  if (!nested) return
  const where = `session ${nested.taskId} works in ${nested.theirs} meanwhile`
  throw new SessionError('unrecoverable', `${nested.ours} can't be worked in: ${where}`, {
    remedy: `Close session ${nested.taskId}, then take this one up again.`,
  })
}

/** Where the commands of a session write beside its own directories. */
export function writablePlaces(
  { directory, grants = [], given = [] }: Pick<LaunchRecord, 'directory' | 'grants' | 'given'>,
  work: string,
): readonly string[] {
  const granted = writableIn([...grants, ...given.map(({ grant }) => grant)])
  return directory === work ? granted : [directory, ...granted]
}

function nestedPlace(
  theirs: readonly string[],
  ours: readonly string[],
): Pick<NestedPlace, 'theirs' | 'ours'> | undefined {
  for (const one of theirs)
    for (const other of ours)
      if (one !== other && (isWithin(one, other) || isWithin(other, one))) return { theirs: one, ours: other }
  return undefined
}
