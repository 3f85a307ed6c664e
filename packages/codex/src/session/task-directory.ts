import path from 'node:path'
import { HostError, type Host } from '@x/host'
import { renderConfig } from '../home/render-config.ts'
import type { TaskPaths } from '../home/task-paths.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { grantsThatHold } from '../posture/grants.ts'
import { SECRETS_OF_A_HOME } from '../posture/posture.ts'
import { ConfigError, SessionError } from '../errors.ts'
import { parseLaunchRecord, type LaunchRecord } from './parse-launch-record.ts'

/** Makes the directories of a task, each 0700. What is there stays. */
export async function makeTaskDirectories(host: Host, paths: TaskPaths): Promise<void> {
  const mode = { mode: 0o700 }
  await Promise.all(
    [paths.work, paths.codexHome, paths.temporary, path.posix.dirname(paths.socket)].map((directory) =>
      host.files.makeDirectory(directory, mode),
    ),
  )
}

/**
 * Writes the configuration anew, from what the record says: nothing that was changed meanwhile survives a start. A
 * grant whose place is not what it was is left out.
 */
export async function writeConfig(host: Host, record: LaunchRecord, places: PermissionPlaces): Promise<void> {
  const file = path.posix.join(places.paths.codexHome, 'config.toml')
  const grants = await grantsThatHold(host, places, record.grants ?? [])
  await host.files.write(file, renderConfig(record, places, grants), { mode: 0o600 })
}

/**
 * Makes sure that a session may start anew: its directory is still the one that was asked for, and its configuration
 * is as it should be.
 * @throws SessionError `unrecoverable` when the directory is gone, leads elsewhere, or may not be worked in any more
 */
export async function prepareStart(
  host: Host,
  record: LaunchRecord,
  places: PermissionPlaces,
): Promise<void> {
  await assertSameDirectory(host, record, places)
  await writeConfig(host, record, places)
}

/**
 * The directory was checked when the session was opened; what lies on the way to it may have been replaced since.
 * @throws SessionError `unrecoverable`
 */
export async function assertSameDirectory(
  host: Host,
  { directory, installation }: LaunchRecord,
  { paths, stateDir }: PermissionPlaces,
): Promise<void> {
  if (directory === paths.work) return
  if (!(await host.files.stat(directory))) throw directoryGone(directory)
  const real = await resolveDirectory(host, directory, { stateDir, installation }).catch((cause: unknown) => {
    if (!(cause instanceof ConfigError)) throw cause
    throw new SessionError('unrecoverable', `${directory} can't be worked in any more: ${cause.message}`, {
      cause,
      remedy: PUT_BACK,
    })
  })
  if (real !== directory) {
    throw new SessionError('unrecoverable', `${directory} is not where it was: it leads to ${real} now`, {
      remedy: PUT_BACK,
    })
  }
}

const PUT_BACK = 'Put the directory back where it was, or begin a new session.'

export function directoryGone(directory: string, cause?: unknown): SessionError {
  return new SessionError('unrecoverable', `there is no directory ${directory} any more`, {
    ...(cause === undefined ? {} : { cause }),
    remedy: PUT_BACK,
  })
}

export function writeRecord(host: Host, paths: TaskPaths, record: LaunchRecord): Promise<void> {
  return host.files.write(paths.launchRecord, `${JSON.stringify(record, null, 2)}\n`, { mode: 0o600 })
}

/**
 * `undefined` when there is no such task.
 * @throws SessionError `unrecoverable` when its record can't be read, or is that of another task
 */
export async function readRecord(host: Host, paths: TaskPaths): Promise<LaunchRecord | undefined> {
  const taskId = path.posix.basename(paths.root)
  try {
    const record = parseLaunchRecord(await host.files.readText(paths.launchRecord, { maxBytes: 1024 * 1024 }))
    if (record.taskId !== taskId) throw new Error(`the launch record is that of ${record.taskId}`)
    return record
  } catch (cause) {
    if (cause instanceof HostError && cause.code === 'not-found') return undefined
    throw new SessionError('unrecoverable', `the record of session ${taskId} can't be read`, {
      cause,
      remedy: `Put ${paths.launchRecord} right, or remove the session.`,
    })
  }
}

/**
 * The person's own directory as it will be used.
 * @throws ConfigError when it is none, or when it holds, or lies in, what must stay out of reach of commands
 */
export async function resolveDirectory(
  host: Host,
  directory: string,
  places: { readonly stateDir: string; readonly installation: string },
): Promise<string> {
  const field = 'work.directory'
  if (!path.posix.isAbsolute(directory))
    throw new ConfigError(field, 'an absolute path', JSON.stringify(directory))
  const real = await host.files.realPath(directory).catch((cause: unknown) => {
    throw new ConfigError(field, 'an existing directory', directory, { cause })
  })
  if ((await host.files.stat(real))?.type !== 'directory')
    throw new ConfigError(field, 'a directory', directory)
  const { stateDir, installation } = places
  const { home } = host.facts
  const held = [stateDir, installation, home, '/tmp']
  const closed = [stateDir, ...SECRETS_OF_A_HOME.map((name) => path.posix.join(home, name))]
  if (held.some((place) => isWithin(real, place)) || closed.some((place) => isWithin(place, real))) {
    throw new ConfigError(
      field,
      'a project of its own, not a directory with a whole home, secrets or our own files',
      real,
    )
  }
  return real
}

function isWithin(root: string, place: string): boolean {
  const relative = path.posix.relative(root, place)
  return relative !== '..' && !relative.startsWith('../')
}
