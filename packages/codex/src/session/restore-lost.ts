import { ConfigError } from '../errors.ts'
import { isSeedLogin } from '../login/login.ts'
import { restoreSessionSnapshot } from '../snapshots/restore-session-snapshot.ts'
import type { SessionOptions } from './session.ts'

/**
 * Puts the snapshot of a session here that was elsewhere, so that it can be taken up.
 * @throws ConfigError without `taskId` or `snapshots`; what `restoreSessionSnapshot` throws
 */
export async function restoreLost(options: SessionOptions): Promise<void> {
  const { taskId, snapshots, restoreFrom, login } = options
  if (taskId === undefined) throw new ConfigError('taskId', 'that of the session to restore', 'nothing')
  if (!snapshots) throw new ConfigError('snapshots', 'where those of the session are', 'nothing')
  const { snapshotId, isWorkerLost = false } = typeof restoreFrom === 'object' ? restoreFrom : {}
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
  const logins = options.logins ?? (isSeedLogin(login) ? login.logins : undefined)
  if (isWorkerLost) await logins?.giveUp(taskId)
}
