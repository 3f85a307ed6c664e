import { ConfigError } from '../errors.ts'
import type { TaskPaths } from '../home/task-paths.ts'
import { isSeedLogin } from '../login/login.ts'
import { restoreSessionSnapshot } from '../snapshots/restore-session-snapshot.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import type { SessionOptions } from './session.ts'

/**
 * Puts the snapshot of a session here that was elsewhere, so that it can be taken up. One that is here stays as it is;
 * that its worker is lost is heard all the same, since a first try may have come no further than its record.
 * @param record the session's, when it is here
 * @throws ConfigError without `taskId` or `snapshots`; StoreError `lease-lost` when the task is somebody else's; what
 * `restoreSessionSnapshot` throws
 */
export async function restoreLost(
  options: SessionOptions,
  paths: TaskPaths,
  record: LaunchRecord | undefined,
): Promise<void> {
  const { taskId, snapshots, restoreFrom, login } = options
  if (taskId === undefined) throw new ConfigError('taskId', 'that of the session to restore', 'nothing')
  if (!snapshots && !record) throw new ConfigError('snapshots', 'where those of the session are', 'nothing')
  const { snapshotId, isWorkerLost = false } = typeof restoreFrom === 'object' ? restoreFrom : {}
  if (isWorkerLost) await giveUp(options, taskId, paths, record)
  if (record || !snapshots) return
  const { host, stateDir, binary, cacheDir, signal, onProgress } = options
  await restoreSessionSnapshot({
    host,
    taskId,
    snapshots: snapshots.snapshots,
    owner: snapshots.owner,
    ...(stateDir !== undefined && { stateDir }),
    ...(snapshotId !== undefined && { snapshotId }),
    ...(!isSeedLogin(login) && { login }),
    ...(binary !== undefined && { binary }),
    ...(cacheDir !== undefined && { cacheDir }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
}

async function giveUp(
  { host, login, snapshots, ...options }: SessionOptions,
  taskId: string,
  paths: TaskPaths,
  record: LaunchRecord | undefined,
): Promise<void> {
  const logins = options.logins ?? (isSeedLogin(login) ? login.logins : undefined)
  const fence = snapshots?.owner === logins?.owner ? snapshots?.fence : undefined
  const planted = record?.login.kind === 'seed' ? record.login.fence : undefined
  await logins?.giveUp(taskId, {
    here: { host, taskId, paths, fence: planted },
    ...(fence !== undefined && { fence }),
  })
}
