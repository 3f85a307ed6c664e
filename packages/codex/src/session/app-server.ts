import { stripVTControlCharacters } from 'node:util'
import { connect, openWebSocketChannel, type AppServerClient } from '@x/codex-appserver'
import { HostError, type DetachedProcess, type Host, type LadderStep, type ProcessIdentity } from '@x/host'
import { anySignal } from '../any-signal.ts'
import { SessionError } from '../errors.ts'
import { codexEnvironment } from '../home/codex-environment.ts'
import type { TaskPaths } from '../home/task-paths.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { directoryGone } from './task-directory.ts'
import { reapSandboxes } from './reap-sandboxes.ts'
import { searchAppServers } from './search-app-servers.ts'

/** How long an app-server may take to answer after its start. */
const START_TIMEOUT_MS = 30_000
/** Between two tries to reach a socket that is not there yet; nothing tells when it appears. */
const TRY_EVERY_MS = 4

/** An idle app-server goes at once. One in a turn waits for it, and the first signal is lost now and then. */
const CLOSING_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 3_000 },
  { signal: 'SIGTERM', waitMs: 4_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]

/** Starts the app-server of a task, detached: it belongs to the task, not to us. A socket left by a dead one is removed. */
export async function startAppServer(
  host: Host,
  paths: TaskPaths,
  { binary, directory, login }: Pick<LaunchRecord, 'binary' | 'directory' | 'login'>,
): Promise<DetachedProcess> {
  await removeSocket(host, paths)
  try {
    return await host.spawnDetached([binary, 'app-server', '--listen', `unix://${paths.socket}`], {
      record: paths.processRecord,
      log: paths.log,
      cwd: directory,
      env: codexEnvironment(host.facts, paths, login),
    })
  } catch (cause) {
    // A program and a directory that are missing fail alike.
    if (!(await host.files.stat(directory))) throw directoryGone(directory, cause)
    throw new SessionError(
      'handshake',
      `Codex could not be started: ${cause instanceof Error ? cause.message : ''}`,
      {
        cause,
        remedy: `Check that ${binary} is there and can be run.`,
      },
    )
  }
}

/**
 * The app-server of a task, when one runs: by the task's record, or where that can't be used, by proof; its record is
 * then written anew.
 */
export async function findAppServer(host: Host, paths: TaskPaths): Promise<DetachedProcess | undefined> {
  const recorded = await adoptRecorded(host, paths)
  if (recorded !== 'unusable') return recorded
  const [oldest] = await searchAppServers(host, paths)
  return oldest && adoptFound(host, paths, oldest)
}

/**
 * Ends every app-server of a task, whatever its record says, and cleans up.
 * @returns whether any ran
 * @throws SessionError `unrecoverable` when the machine can't tell what runs; the one that the record names has ended
 */
export async function stopEveryAppServer(host: Host, paths: TaskPaths): Promise<boolean> {
  const recorded = await adoptRecorded(host, paths)
  const process = recorded === 'unusable' ? undefined : recorded
  const found = await searchAppServers(host, paths).catch(async (error: unknown) => {
    // The known one ends all the same. Where none is known the traces stay, for the next who looks.
    if (process) await stopAppServer(host, paths, process)
    throw error
  })
  const others = found.filter(({ pid }) => pid !== process?.identity.pid)
  for (const identity of others) await stopAppServer(host, paths, await adoptFound(host, paths, identity))
  await stopAppServer(host, paths, process)
  return process !== undefined || others.length > 0
}

/**
 * The process that the record names, when it runs. A task without a record has never run, or was ended in good order,
 * unless its socket is there.
 */
async function adoptRecorded(
  host: Host,
  paths: TaskPaths,
): Promise<DetachedProcess | 'unusable' | undefined> {
  // Asked at once: most tasks have no record yet.
  const socket = host.files.stat(paths.socket)
  socket.catch(() => undefined)
  try {
    const process = await host.adopt(paths.processRecord)
    return (await process.isAlive()) ? process : undefined
  } catch (error) {
    if (!(error instanceof HostError)) throw error
    if (error.code === 'io') return 'unusable'
    if (error.code !== 'not-found') throw error
    return (await socket) ? 'unusable' : undefined
  }
}

async function adoptFound(host: Host, paths: TaskPaths, identity: ProcessIdentity): Promise<DetachedProcess> {
  await host.files.write(paths.processRecord, `${JSON.stringify(identity)}\n`, { mode: 0o600 })
  return host.adopt(paths.processRecord)
}

/**
 * Connects to an app-server that runs or is about to.
 * @throws SessionError `handshake` when it ends instead, or does not answer in time
 */
export async function connectAppServer(
  host: Host,
  paths: TaskPaths,
  process: DetachedProcess,
  options: { readonly signal?: AbortSignal; readonly onClient?: (client: AppServerClient) => void } = {},
): Promise<AppServerClient> {
  const deadline = AbortSignal.timeout(START_TIMEOUT_MS)
  const signal = options.signal ? anySignal([options.signal, deadline]) : deadline
  try {
    const stream = await reach(host, paths, process, signal)
    const channel = await openWebSocketChannel(stream, { signal })
    return await connect(channel, {
      clientInfo: { name: 'x', title: 'x', version: '0.0.0' },
      // Opens fields and questions; what is stable stays as it is, in both versions.
      capabilities: { experimentalApi: true },
      signal,
    })
  } catch (cause) {
    options.signal?.throwIfAborted()
    if (cause instanceof SessionError) throw cause
    throw new SessionError(
      'handshake',
      deadline.aborted ? 'Codex does not answer' : 'Codex could not be spoken to',
      {
        cause,
        remedy: `Its log: ${paths.log}`,
      },
    )
  }
}

async function reach(
  host: Host,
  paths: TaskPaths,
  process: DetachedProcess,
  signal: AbortSignal,
): ReturnType<Host['connect']> {
  for (;;) {
    signal.throwIfAborted()
    try {
      return await host.connect({ unix: paths.socket }, { signal })
    } catch (error) {
      if (!(error instanceof HostError) || error.code !== 'connect-failed') throw error
    }
    if (!(await process.isAlive())) {
      const said = (await logTail(host, paths)).replace(/\s+/g, ' ').trim()
      throw new SessionError(
        'handshake',
        `Codex ended right after its start${said === '' ? '' : `: ${said}`}`,
        {
          remedy: `Its log: ${paths.log}`,
        },
      )
    }
    await new Promise((resolve) => setTimeout(resolve, TRY_EVERY_MS))
  }
}

async function logTail(host: Host, paths: TaskPaths): Promise<string> {
  const { stdout } = await host.exec(['tail', '-c', '600', '--', paths.log]).catch(() => ({ stdout: '' }))
  // Codex colours its log.
  return stripVTControlCharacters(stdout)
}

/** Ends an app-server by the ladder and removes its socket. The running turn should have been interrupted before. */
export async function stopAppServer(
  host: Host,
  paths: TaskPaths,
  process: DetachedProcess | undefined,
): Promise<void> {
  // On a full disk it still ends.
  if (process) await host.files.write(paths.ended, '').catch(() => undefined)
  await process?.stop(CLOSING_LADDER)
  // What can't be looked for is no reason to stay.
  await reapSandboxes(host, paths).catch(() => undefined)
  await removeSocket(host, paths)
  await host.files.remove(paths.processRecord)
}

/** Removes what a dead app-server listened on. Since 0.169 it is a link to a socket below `/tmp`; both go. */
export async function removeSocket(host: Host, paths: TaskPaths): Promise<void> {
  const stat = await host.files.stat(paths.socket)
  if (!stat) return
  if (stat.type === 'symlink') {
    const target = await host.files.realPath(paths.socket).catch(() => undefined)
    if (target?.startsWith('/tmp/codex-daemon-')) await host.files.remove(target)
  }
  await host.files.remove(paths.socket)
}
