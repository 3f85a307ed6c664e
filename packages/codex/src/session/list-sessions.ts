import path from 'node:path'
import { HostError } from '@x/host'
import { SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { taskPaths } from '../home/task-paths.ts'
import { findAppServer, stopAppServer } from './app-server.ts'
import type { SessionPlace } from './session.ts'
import { readRecord } from './task-directory.ts'

/** What is known of a session from its records alone. */
export interface SessionRecord {
  readonly taskId: string
  readonly directory: string
  /** Milliseconds since the epoch. */
  readonly createdAt: number
  /** Of Codex. */
  readonly version: string
  /** Its app-server runs. */
  readonly alive: boolean
  /** It was spoken to, so there is something to resume when it is not alive. */
  readonly resumable: boolean
}

/** Every session that has a readable record on the host, oldest first. Directories without one are passed over. */
export async function listSessions(place: SessionPlace): Promise<readonly SessionRecord[]> {
  const { host } = place
  const stateDir = await resolveStateDir(host, place.stateDir)
  const names = await host.files.list(path.posix.join(stateDir, 'tasks')).catch((error: unknown) => {
    if (error instanceof HostError && error.code === 'not-found') return []
    throw error
  })
  const found = await Promise.all(
    names.map(async (name) => {
      try {
        const paths = taskPaths(stateDir, name)
        const record = await readRecord(host, paths)
        if (record?.taskId !== name) return []
        const alive = (await findAppServer(host, paths)) !== undefined
        const { taskId, directory, createdAt, version, spoken } = record
        return [{ taskId, directory, createdAt, version, alive, resumable: spoken }]
      } catch {
        return []
      }
    }),
  )
  return found.flat().sort((one, other) => one.createdAt - other.createdAt)
}

/** Ends what runs of a session without attaching to it. A running turn is cut. False when nothing ran. */
export async function stopSession(taskId: string, place: SessionPlace): Promise<boolean> {
  const paths = taskPaths(await resolveStateDir(place.host, place.stateDir), taskId)
  const process = await findAppServer(place.host, paths)
  await stopAppServer(place.host, paths, process)
  return process !== undefined
}

/**
 * Removes the record and the private directories of a session that has ended; never the person's own directory.
 * @throws SessionError `unrecoverable` while it runs
 */
export async function removeSession(taskId: string, place: SessionPlace): Promise<void> {
  const paths = taskPaths(await resolveStateDir(place.host, place.stateDir), taskId)
  if (await findAppServer(place.host, paths)) {
    throw new SessionError('unrecoverable', `session ${taskId} still runs`, { remedy: 'Close it first.' })
  }
  await place.host.files.remove(paths.root)
}
