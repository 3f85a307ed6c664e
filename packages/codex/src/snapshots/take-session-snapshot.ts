import type { Snapshots, SnapshotSummary, TakeProgress } from '@x/agents/snapshots'
import type { JsonObject } from '@x/agents/store'
import { SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { taskPaths } from '../home/task-paths.ts'
import { findAppServer } from '../session/app-server.ts'
import type { SessionPlace } from '../session/session.ts'
import { readRecord } from '../session/task-directory.ts'
import { codexSnapshotContent } from './codex-snapshot-content.ts'
import { renderResumeRef } from './parse-resume-ref.ts'

export interface TakeSessionSnapshotOptions extends SessionPlace {
  /** Made with `codexSnapshotContent`. */
  readonly snapshots: Snapshots
  readonly owner: string
  readonly taskId: string
  /** The number of the task's record, when the store has one. */
  readonly fence?: number
  /** What of the work is left out, as in `.gitignore`, for example `node_modules/`. @default nothing */
  readonly exclude?: readonly string[]
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TakeProgress) => void
}

/**
 * Takes a snapshot of a session that has ended, or in which no turn runs: its own directory, its history, the messages
 * that wait. The person's own code, when commands work there, stays where it is and is no part of it.
 *
 * `endState` is `ended` when it was closed, `lost` when its Codex has died, `running` when it runs.
 * @throws SessionError `not-found`, `unrecoverable` when its record can't be read; what `Snapshots.take` throws
 */
export async function takeSessionSnapshot(options: TakeSessionSnapshotOptions): Promise<SnapshotSummary> {
  const { host, snapshots, owner, taskId, fence, exclude, signal, onProgress } = options
  const stateDir = await resolveStateDir(host, options.stateDir)
  const paths = taskPaths(stateDir, taskId)
  const record = await readRecord(host, paths)
  if (!record) throw new SessionError('not-found', `there is no session ${taskId} in ${stateDir}`)
  const runs = (await findAppServer(host, paths)) !== undefined
  const wasEnded = !runs && (await host.files.stat(paths.ended)) !== undefined
  return snapshots.take({
    host,
    directory: paths.root,
    agent: codexSnapshotContent.agent,
    owner,
    taskId,
    resumeRef: renderResumeRef(record, paths.work) as JsonObject,
    endState: runs ? 'running' : wasEnded ? 'ended' : 'lost',
    ...(fence !== undefined && { fence }),
    ...(exclude && { exclude }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
}
