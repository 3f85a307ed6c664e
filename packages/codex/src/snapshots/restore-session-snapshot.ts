import path from 'node:path'
import type { RestoreProgress, Snapshots, SnapshotSummary } from '@x/agents/snapshots'
import { HostError, type Host } from '@x/host'
import { ConfigError, SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { taskPaths, type TaskPaths } from '../home/task-paths.ts'
import { loginFacts, renderAuth, type GivenLogin } from '../login/login.ts'
import { findInstallation } from '../provision/find-installation.ts'
import type { OnProgress } from '../provision/progress.ts'
import { CODEX_VERSIONS, type CodexVersion } from '../provision/releases.ts'
import { findAppServer } from '../session/app-server.ts'
import type { LaunchRecord } from '../session/parse-launch-record.ts'
import type { SessionPlace } from '../session/session.ts'
import { readRecord, writeRecord } from '../session/task-directory.ts'
import { parseResumeRef, type ResumeRef } from './parse-resume-ref.ts'

export interface RestoreSessionSnapshotOptions extends SessionPlace {
  /** Made with `codexSnapshotContent`. */
  readonly snapshots: Snapshots
  readonly owner: string
  readonly taskId: string
  /** @default the newest good one */
  readonly snapshotId?: string
  /**
   * Who pays from now on. Keys are in no snapshot, so one that was given to the session is given again.
   * @default the stored login that it had, or whoever logs in in its terminal
   */
  readonly login?: GivenLogin
  /** Takes the place of a session of that id that has ended here. @default false: it is left alone */
  readonly replace?: boolean
  /** The native program on the host. @default the version that the session had, fetched if need be */
  readonly binary?: string
  /** Another Codex than it had, at your own risk: an older one may not read what a newer one has written. */
  readonly version?: CodexVersion
  /** @default `$XDG_CACHE_HOME/x`, else `~/.cache/x`, on the host */
  readonly cacheDir?: string
  readonly signal?: AbortSignal
  /** What is being fetched. */
  readonly onProgress?: OnProgress
  readonly onRestore?: (progress: RestoreProgress) => void
}

/**
 * Puts a session where it can be taken up: `attachSession` with its id goes on with its thread. When it fails, what was
 * there is there untouched.
 * @throws SessionError `unrecoverable` when the session is here already, `not-found` without a snapshot of that id,
 * `provision`; ConfigError for a login that is missing; what `Snapshots.restore` throws
 */
export async function restoreSessionSnapshot(
  options: RestoreSessionSnapshotOptions,
): Promise<SnapshotSummary> {
  const { host, snapshots, owner, taskId, login, signal, onRestore } = options
  const paths = taskPaths(await resolveStateDir(host, options.stateDir), taskId)
  await assertFree(host, paths, options)
  const { snapshotId, resumeRef } = await findSnapshot(options)
  const ref = parseRef(resumeRef, taskId)
  const record = await recordHere(options, ref, paths)
  await host.files.makeDirectory(path.posix.dirname(paths.root), { mode: 0o700 })
  const restored = await snapshots.restore({
    host,
    target: paths.root,
    owner,
    taskId,
    snapshotId,
    ...(signal && { signal }),
    ...(onRestore && { onProgress: onRestore }),
  })
  for (const directory of [paths.codexHome, paths.run])
    await host.files.makeDirectory(directory, { mode: 0o700 })
  const auth = login && renderAuth(login)
  if (auth !== undefined)
    await host.files.write(path.posix.join(paths.codexHome, 'auth.json'), auth, { mode: 0o600 })
  // The record comes last: a task without one is none.
  await writeRecord(host, paths, record)
  return restored
}

async function findSnapshot({
  snapshots,
  owner,
  taskId,
  snapshotId,
}: RestoreSessionSnapshotOptions): Promise<SnapshotSummary> {
  const found =
    snapshotId === undefined
      ? await snapshots.newest({ owner, taskId })
      : (await snapshots.list({ owner, taskId })).find((one) => one.snapshotId === snapshotId)
  if (found) return found
  const which = snapshotId === undefined ? 'no good snapshot' : `no snapshot ${snapshotId}`
  throw new SessionError('not-found', `there is ${which} of session ${taskId}`)
}

/** @throws SessionError `unrecoverable` */
function parseRef(resumeRef: unknown, taskId: string): ResumeRef {
  try {
    const ref = parseResumeRef(resumeRef)
    if (ref.taskId !== taskId) throw new Error(`it is one of session ${ref.taskId}`)
    return ref
  } catch (cause) {
    throw new SessionError('unrecoverable', `the snapshot of session ${taskId} can't be taken up`, { cause })
  }
}

/** The session's record as it will be, with everything checked and fetched that can fail. */
async function recordHere(
  { host, login, binary, version, cacheDir, signal, onProgress }: RestoreSessionSnapshotOptions,
  ref: ResumeRef,
  paths: TaskPaths,
): Promise<LaunchRecord> {
  const facts = login && loginFacts(login)
  const wanted = version ?? CODEX_VERSIONS.find((known) => known === ref.version)
  if (binary === undefined && wanted === undefined)
    throw new SessionError('provision', `the session had Codex ${ref.version}, which can't be fetched`, {
      remedy: 'Name another version, or a binary.',
    })
  const installation = await findInstallation({
    host,
    ...(binary !== undefined && { binary }),
    ...(wanted !== undefined && { version: wanted }),
    ...(cacheDir !== undefined && { cacheDir }),
    ...(signal && { signal }),
    ...(onProgress && { onProgress }),
  })
  const record = ref.recordAt({
    binary: installation.binary,
    installation: installation.directory,
    version: installation.version,
    directory: ref.directory ?? paths.work,
  })
  if (facts) return { ...record, login: facts }
  const { kind } = record.login
  if (kind === 'api-key' || (kind === 'endpoint' && record.login.hasKey))
    throw new ConfigError('login', 'given again: a key is in no snapshot', 'nothing')
  return record
}

/**
 * A session that is here is never lost by accident: nor one that runs, nor a login that lies nowhere else.
 * @throws SessionError `unrecoverable`
 */
async function assertFree(
  host: Host,
  paths: TaskPaths,
  { taskId, replace = false }: RestoreSessionSnapshotOptions,
): Promise<void> {
  const refuse = (message: string, remedy: string): SessionError =>
    new SessionError('unrecoverable', message, { remedy })
  if (await findAppServer(host, paths))
    throw refuse(`session ${taskId} runs here`, 'Close it first, or attach to it.')
  const record = await readRecord(host, paths)
  if (!record) return
  if (!replace)
    throw refuse(`session ${taskId} is here already`, 'Attach to it, remove it, or say that it is replaced.')
  const { login } = record
  const isOnlyCopy = login.kind === 'in-terminal' || (login.kind === 'seed' && login.mode === 'planted')
  if (isOnlyCopy && (await isThere(host, path.posix.join(paths.codexHome, 'auth.json'))))
    throw refuse(
      `the login of session ${taskId} lies in its home alone`,
      'Capture it, or remove the session with its logins.',
    )
}

async function isThere(host: Host, file: string): Promise<boolean> {
  try {
    return (await host.files.stat(file)) !== undefined
  } catch (error) {
    if (error instanceof HostError && error.code === 'not-a-directory') return false
    throw error
  }
}
