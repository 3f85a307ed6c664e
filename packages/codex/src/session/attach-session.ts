import { SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { taskPaths } from '../home/task-paths.ts'
import { findAppServer } from './app-server.ts'
import { CodexSession } from './codex-session.ts'
import type { Session, SessionPlace } from './session.ts'
import { makeTaskDirectories, readRecord, writeConfig } from './task-directory.ts'

/**
 * Takes up a session that is there: its running app-server, or else a new one on the same directory and thread. A turn
 * that ran all along goes on; one that was cut is reported as interrupted. The isolation is proved again.
 * @throws SessionError `not-found`, `handshake`, `posture`, `unrecoverable`
 */
export async function attachSession(
  taskId: string,
  options: SessionPlace & { readonly signal?: AbortSignal },
): Promise<Session> {
  const { host, signal } = options
  const stateDir = await resolveStateDir(host, options.stateDir)
  const paths = taskPaths(stateDir, taskId)
  const record = await readRecord(host, paths).catch((cause: unknown) => {
    throw new SessionError('unrecoverable', `the record of session ${taskId} can't be read`, {
      cause,
      remedy: `Look at ${paths.launchRecord}.`,
    })
  })
  if (!record) throw new SessionError('not-found', `there is no session ${taskId} in ${stateDir}`)
  const places = {
    paths,
    directory: record.directory,
    stateDir,
    installation: record.installation,
    accountHome: host.facts.home,
  }
  if (!(await findAppServer(host, paths))) {
    await makeTaskDirectories(host, paths)
    await writeConfig(host, record, places)
  }
  return CodexSession.open({ host, record, places }, signal)
}
