import path from 'node:path'
import type { Host } from '@x/host'
import { ConfigError, SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { accountPlaces } from '../posture/account-places.ts'
import { taskPaths } from '../home/task-paths.ts'
import type { LoginUse } from '../login/seed-login.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { findAppServer, stopAppServer } from './app-server.ts'
import { CodexSession } from './codex-session.ts'
import { assertTools, type DynamicTool } from '../conversation/dynamic-tools.ts'
import { assertApart } from './nested-session.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { recordedUse, type LoginOptions } from './session-login.ts'
import { assertSnapshots, type SessionSnapshots } from './session-snapshots.ts'
import type { Session, SessionPlace } from './session.ts'
import {
  assertSameDirectory,
  makeTaskDirectories,
  prepareStart,
  readRecord,
  writeRecord,
} from './task-directory.ts'

export interface AttachOptions extends SessionPlace, LoginOptions {
  /** Answer the calls of those that the session was opened with. @default none */
  readonly tools?: readonly DynamicTool[]
  /** Where its snapshots go: they are taken by themselves at the end of turns. @default none are taken */
  readonly snapshots?: SessionSnapshots
  /**
   * What commands may not read besides what the session was opened with, from the next turn on. Absolute. @default nothing
   * more
   */
  readonly hidden?: readonly string[]
  /** Gives up the attempt. It has no effect once the session is there. */
  readonly signal?: AbortSignal
}

/**
 * Takes up a session that is there: its running app-server, or else a new one on the same directory and thread. A turn
 * that ran all along goes on; one that was cut is reported as interrupted. The isolation is proved again, and the
 * directory must be the one that it was. `tools` answer the calls of those that the session was opened with.
 *
 * A stored login is taken up too: it is the session's as it is now.
 * @throws ConfigError for `tools` and `logins`, SessionError `not-found`, `handshake`, `posture`, `unrecoverable`, `login`
 */
export async function attachSession(taskId: string, options: AttachOptions): Promise<Session> {
  const { host, signal, tools = [], snapshots } = options
  assertTools(tools)
  assertSnapshots(snapshots)
  const stateDir = await resolveStateDir(host, options.stateDir)
  const paths = taskPaths(stateDir, taskId)
  assertHidden(options.hidden)
  const found = await readRecord(host, paths)
  if (!found) throw new SessionError('not-found', `there is no session ${taskId} in ${stateDir}`)
  const record = withHidden(found, options.hidden)
  const use = recordedUse(record, options.logins, { host, taskId, paths })
  const places = {
    paths,
    directory: record.directory,
    stateDir,
    installation: record.installation,
    ...(await accountPlaces(host, record.hidden)),
  }
  let process = await findAppServer(host, paths)
  try {
    if (process && use && !(await use.takeUp())) {
      // It runs with what somebody else has by now.
      await stopAppServer(host, paths, process)
      process = undefined
    }
    // Codex is told to read it again when the thread is taken up.
    if (process && record !== found) await prepareStart(host, record, places)
    else if (process) await assertSameDirectory(host, record, places)
    else await prepare(host, record, places, use)
    const now: LaunchRecord = use ? { ...record, login: use.facts } : record
    const opening = { host, record: now, places, tools, use, logins: options, snapshots }
    return await CodexSession.open(opening, signal)
  } catch (error) {
    await (process ? use?.leave() : use?.end())?.catch(() => undefined)
    throw error
  }
}

/** @throws ConfigError */
export function assertHidden(hidden: readonly string[] = []): void {
  const odd = hidden.find((place) => !path.posix.isAbsolute(place))
  if (odd !== undefined) throw new ConfigError('hidden', 'absolute paths', JSON.stringify(odd))
}

/** What is hidden once stays so. The same record when there is nothing more. */
function withHidden(record: LaunchRecord, more: readonly string[] = []): LaunchRecord {
  const before = record.hidden ?? []
  const hidden = [...new Set([...before, ...more])]
  return hidden.length > before.length ? { ...record, hidden } : record
}

/** For a process that is about to start: what it begins with is on disk before. */
async function prepare(
  host: Host,
  record: LaunchRecord,
  places: PermissionPlaces,
  use: LoginUse | undefined,
): Promise<void> {
  await makeTaskDirectories(host, places.paths)
  await assertApart(host, record, places)
  await use?.prepare()
  const now: LaunchRecord = use ? { ...record, login: use.facts } : record
  await prepareStart(host, now, places)
  if (use) await writeRecord(host, places.paths, now)
}
