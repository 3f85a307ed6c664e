import { randomUUID } from 'node:crypto'
import path from 'node:path'
import { ConversationError, type Grant } from '@x/agents/conversation'
import type { Host } from '@x/host'
import { assertTools } from '../conversation/dynamic-tools.ts'
import { ConfigError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { accountPlaces } from '../posture/account-places.ts'
import { taskPaths, type TaskPaths } from '../home/task-paths.ts'
import { isSeedLogin, loginFacts, renderAuth, type LoginFacts } from '../login/login.ts'
import { resolveGrant, withoutNested } from '../posture/grants.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { findInstallation } from '../provision/find-installation.ts'
import { findInstalled, type Installation } from '../provision/provision-codex.ts'
import { assertHidden, attachSession } from './attach-session.ts'
import { CodexSession } from './codex-session.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { findNested, writablePlaces } from './nested-session.ts'
import { restoreLost } from './restore-lost.ts'
import { assertSnapshots } from './session-snapshots.ts'
import type { Session, SessionOptions } from './session.ts'
import {
  makeTaskDirectories,
  readRecord,
  resolveDirectory,
  writeConfig,
  writeRecord,
} from './task-directory.ts'

/**
 * Opens a Codex session: fetches Codex if need be, makes the task's directories, starts the app-server detached,
 * attaches to it and begins a thread. Messages are let through once the isolation was proved (`ready`).
 *
 * With the id of a task that is there it re-attaches or resumes, and `work`, `login` and `version` are as they were. So
 * they are with `restoreFrom`, for a task that was on another machine: its snapshot is put here first.
 * @throws ConfigError before any process is started
 * @throws SessionError `provision`, `handshake`, `posture`, `unrecoverable`, `login`; StoreError `lease-lost` when the
 * task whose worker is lost is somebody else's by now
 */
export async function openSession(options: SessionOptions): Promise<Session> {
  const { host, login, signal, onProgress, taskId = randomUUID(), tools = [] } = options
  assertOptions(options)
  const [seed, given] = isSeedLogin(login) ? [login] : [undefined, login]
  const facts = given && loginFacts(given)
  // Every question to a host behind a network is a round trip: what does not hang together is asked at once.
  const asked = { installed: installed(options), account: accountPlaces(host, options.hidden) }
  asked.account.catch(() => undefined)
  const stateDir = await resolveStateDir(host, options.stateDir)
  const paths = taskPaths(stateDir, taskId)
  const known: SessionOptions = { ...options, ...(seed && { logins: options.logins ?? seed.logins }) }
  const here = await readRecord(host, paths)
  if (options.restoreFrom !== undefined) await restoreLost(known, paths, here)
  if (here || options.restoreFrom !== undefined) return attachSession(taskId, known)

  const installation = (await asked.installed) ?? (await findInstallation(options))
  const directory = await workDirectory(options, paths, { stateDir, installation: installation.directory })
  const places = {
    paths,
    directory,
    stateDir,
    installation: installation.directory,
    ...(await asked.account),
  }
  const draft = {
    schema: 1 as const,
    taskId,
    threadId: null,
    spoken: false,
    kept: false,
    binary: installation.binary,
    installation: installation.directory,
    version: installation.version,
    directory,
    posture: options.posture ?? 'confined',
    approvals: options.approvals ?? 'ask',
    ...chosen(options, facts),
    grants: await firstGrants(options, places),
    ...(options.hidden && { hidden: [...options.hidden] }),
    createdAt: Date.now(),
  }
  await assertNotNested(host, draft, places)
  onProgress?.({ doing: 'Starting Codex' })
  signal?.throwIfAborted()
  await makeTaskDirectories(host, paths)
  const use = await seed?.begin({ host, taskId, paths })
  try {
    const record: LaunchRecord = { ...draft, login: use?.facts ?? facts ?? { kind: 'in-terminal' } }
    const auth = given && renderAuth(given)
    // The record comes last: a task without one was never started.
    await Promise.all([writeConfig(host, record, places), writeAuth(host, paths, auth)])
    await writeRecord(host, paths, record)
    const { snapshots } = options
    return await CodexSession.open({ host, record, places, tools, use, logins: known, snapshots }, signal)
  } catch (error) {
    await use?.end().catch(() => undefined)
    throw error
  }
}

function assertOptions({ tools = [], hidden, snapshots }: SessionOptions): void {
  assertTools(tools)
  assertHidden(hidden)
  assertSnapshots(snapshots)
}

async function assertNotNested(
  host: Host,
  draft: Omit<LaunchRecord, 'login'>,
  { paths, stateDir }: PermissionPlaces,
): Promise<void> {
  const { taskId } = draft
  const nested = await findNested(host, { stateDir, taskId }, writablePlaces(draft, paths.work))
  if (nested)
    throw new ConfigError(
      'work.directory',
      `a directory apart from those of other sessions; close session ${nested.taskId}, which works in ${nested.theirs}`,
      nested.ours,
    )
}

function chosen(
  { model, effort }: SessionOptions,
  facts: LoginFacts | undefined,
): Pick<LaunchRecord, 'model'> {
  if (model?.trim() === '' || effort?.trim() === '')
    throw new ConfigError(model?.trim() === '' ? 'model' : 'effort', 'a name', 'an empty text')
  const name = model ?? (facts?.kind === 'endpoint' ? facts.model : undefined)
  if (name === undefined && effort !== undefined)
    throw new ConfigError('effort', 'given together with `model`', JSON.stringify(effort))
  if (name === undefined || (model === undefined && effort === undefined)) return {}
  return { model: { model: name, ...(effort !== undefined && { effort }) } }
}

async function firstGrants(
  { host, grants = [], network = false }: SessionOptions,
  places: PermissionPlaces,
): Promise<Grant[]> {
  const wanted: readonly Grant[] = [...grants, ...(network ? [{ network: true } as const] : [])]
  const real = await Promise.all(
    wanted.map((grant) =>
      resolveGrant(host, places, grant).catch((cause: unknown) => {
        if (!(cause instanceof ConversationError)) throw cause
        throw new ConfigError('grants', 'what may be granted', cause.message, { cause })
      }),
    ),
  )
  return [...withoutNested(real)]
}

/** What need not be fetched. What is wrong with it is told by who fetches it. */
async function installed({
  host,
  binary,
  version,
  cacheDir,
}: SessionOptions): Promise<Installation | undefined> {
  if (binary !== undefined) return undefined
  return findInstalled({
    host,
    ...(version && { version }),
    ...(cacheDir !== undefined && { cacheDir }),
  }).catch(() => undefined)
}

async function workDirectory(
  { host, work = 'empty' }: SessionOptions,
  paths: TaskPaths,
  reserved: { readonly stateDir: string; readonly installation: string },
): Promise<string> {
  return work === 'empty' ? paths.work : resolveDirectory(host, work.directory, reserved)
}

async function writeAuth(host: Host, paths: TaskPaths, auth: string | undefined): Promise<void> {
  if (auth !== undefined)
    await host.files.write(path.posix.join(paths.codexHome, 'auth.json'), auth, { mode: 0o600 })
}
