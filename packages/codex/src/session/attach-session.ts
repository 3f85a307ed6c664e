import { SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { accountPlaces } from '../posture/account-places.ts'
import { taskPaths } from '../home/task-paths.ts'
import { findAppServer } from './app-server.ts'
import { CodexSession } from './codex-session.ts'
import { assertTools, type DynamicTool } from '../conversation/dynamic-tools.ts'
import { assertApart } from './nested-session.ts'
import type { Session, SessionPlace } from './session.ts'
import { assertSameDirectory, makeTaskDirectories, prepareStart, readRecord } from './task-directory.ts'

/**
 * Takes up a session that is there: its running app-server, or else a new one on the same directory and thread. A turn
 * that ran all along goes on; one that was cut is reported as interrupted. The isolation is proved again, and the
 * directory must be the one that it was. `tools` answer the calls of those that the session was opened with.
 * @throws ConfigError for `tools`, SessionError `not-found`, `handshake`, `posture`, `unrecoverable`
 */
export async function attachSession(
  taskId: string,
  options: SessionPlace & { readonly tools?: readonly DynamicTool[]; readonly signal?: AbortSignal },
): Promise<Session> {
  const { host, signal, tools = [] } = options
  assertTools(tools)
  const stateDir = await resolveStateDir(host, options.stateDir)
  const paths = taskPaths(stateDir, taskId)
  const record = await readRecord(host, paths)
  if (!record) throw new SessionError('not-found', `there is no session ${taskId} in ${stateDir}`)
  const places = {
    paths,
    directory: record.directory,
    stateDir,
    installation: record.installation,
    ...(await accountPlaces(host)),
  }
  if (await findAppServer(host, paths)) await assertSameDirectory(host, record, places)
  else {
    await makeTaskDirectories(host, paths)
    await assertApart(host, record, places)
    await prepareStart(host, record, places)
  }
  return CodexSession.open({ host, record, places, tools }, signal)
}
