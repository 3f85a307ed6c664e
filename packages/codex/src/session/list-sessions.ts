import path from 'node:path'
import type { Fault } from '@x/agents/conversation'
import { HostError, type Host } from '@x/host'
import { ConfigError, SessionError, toFault } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { isTaskId, taskPaths, type TaskPaths } from '../home/task-paths.ts'
import type { CodexLogins } from '../login/seed-login.ts'
import { findAppServer, removeSocket, stopEveryAppServer } from './app-server.ts'
import { recordedUse, type LoginOptions } from './session-login.ts'
import type { SessionPlace } from './session.ts'
import { readRecord } from './task-directory.ts'

/** What is known of a session from its records alone. */
export interface SessionRecord {
  readonly taskId: string
  /** Empty with a `fault`. */
  readonly directory: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Of Codex. Empty with a `fault`. */
  readonly version: string
  /** Its app-server runs. */
  readonly alive: boolean
  /** It was spoken to, so there is something to resume when it is not alive. */
  readonly resumable: boolean
  /** Why its records don't tell what it is. It can be stopped and removed, and not be taken up. */
  readonly fault?: Fault
}

/**
 * Every session on the host, oldest first. One whose record can't be read is listed with a `fault`; a directory without
 * a record was never a session, unless its app-server runs.
 */
export async function listSessions(place: SessionPlace): Promise<readonly SessionRecord[]> {
  const { host } = place
  const stateDir = await resolveStateDir(host, place.stateDir)
  const names = await host.files.list(path.posix.join(stateDir, 'tasks')).catch((error: unknown) => {
    if (error instanceof HostError && error.code === 'not-found') return []
    throw error
  })
  const found = await Promise.all(
    names.filter(isTaskId).map((name) => describeSession(host, name, taskPaths(stateDir, name))),
  )
  return found.filter((one) => one !== undefined).sort((one, other) => one.createdAt - other.createdAt)
}

async function describeSession(
  host: Host,
  taskId: string,
  paths: TaskPaths,
): Promise<SessionRecord | undefined> {
  const root = await host.files.stat(paths.root)
  if (root?.type !== 'directory') return undefined
  const unknown = { taskId, directory: '', createdAt: root.modifiedMs, version: '', resumable: false }
  let alive = false
  try {
    alive = (await findAppServer(host, paths)) !== undefined
    const record = await readRecord(host, paths)
    if (record) {
      const { directory, createdAt, version, spoken } = record
      return { taskId, directory, createdAt, version, alive, resumable: spoken }
    }
    if (!alive) return undefined
    const message = `the record of session ${taskId} is not there, and its Codex runs`
    return { ...unknown, alive, fault: { message, remedy: 'Remove the session, or stop it.' } }
  } catch (error) {
    return { ...unknown, alive, fault: toFault(error) }
  }
}

/** A session from outside. With `logins` the stored login that it has is given back. */
export type EndOptions = SessionPlace & Pick<LoginOptions, 'logins'>

/**
 * Ends what runs of a session without attaching to it, also where its records can't be read. A running turn is cut.
 * False when nothing ran.
 * @throws SessionError `login` when what Codex made of a planted login could not be saved; the process has ended
 */
export async function stopSession(taskId: string, place: EndOptions): Promise<boolean> {
  const { host, logins } = place
  const paths = taskPaths(await resolveStateDir(host, place.stateDir), taskId)
  const ran = await stopEveryAppServer(host, paths)
  if (logins) await endLogin(taskId, host, paths, logins)
  return ran
}

/** A record that can't be read names no login; handles and leases end by themselves then. */
async function endLogin(taskId: string, host: Host, paths: TaskPaths, logins: CodexLogins): Promise<void> {
  const record = await readRecord(host, paths).catch(() => undefined)
  if (record) await recordedUse(record, logins, { host, taskId, paths })?.end()
}

/**
 * Removes the record and the private directories of a session that has ended; never the person's own directory.
 * @throws SessionError `unrecoverable` while it runs; `login` when what Codex made of a planted login can't be saved
 * @throws ConfigError without the `logins` that a planted login may have to be saved to
 */
export async function removeSession(taskId: string, place: EndOptions): Promise<void> {
  const { host, logins } = place
  const paths = taskPaths(await resolveStateDir(host, place.stateDir), taskId)
  if (await findAppServer(host, paths)) {
    throw new SessionError('unrecoverable', `session ${taskId} still runs`, { remedy: 'Close it first.' })
  }
  if (logins) await endLogin(taskId, host, paths, logins)
  else await assertNothingPlanted(host, paths)
  await removeSocket(place.host, paths)
  await place.host.files.remove(paths.root)
}

/** What lies there may be the only token of a login. */
async function assertNothingPlanted(host: Host, paths: TaskPaths): Promise<void> {
  const record = await readRecord(host, paths).catch(() => undefined)
  if (record?.login.kind !== 'seed' || record.login.fence === undefined) return
  if (await host.files.stat(path.posix.join(paths.codexHome, 'auth.json')))
    throw new ConfigError('logins', 'given, since a stored login lies with the session', 'none')
}
