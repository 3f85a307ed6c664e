import { resolveStateDir, type Login } from '@x/codex'
import { DisposeStack, HostError, type Forward, type Host } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { CommandFault } from '../command-fault.ts'
import type { Context } from '../context.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { rememberWorker } from './worker-list.ts'

const CONNECT_MS = 20_000

/** Where sessions run: this machine, or one reached over SSH. */
export interface Worker extends AsyncDisposable {
  readonly host: Host
  /** On the worker. */
  readonly stateDir: string
  readonly cacheDir: string | undefined
  readonly isRemote: boolean
}

/**
 * The worker that `X_WORKER` names, else this machine. Who opens it disposes it, after what runs on it was left.
 * @throws CommandFault when it can't be reached
 */
export async function openWorker(
  { host, environment, output }: Context,
  paths: InstancePaths,
): Promise<Worker> {
  const { worker: target, cacheDir } = environment
  if (target === undefined) {
    // The command closes its own host.
    const here = { host, stateDir: paths.stateDir, cacheDir, isRemote: false }
    return { ...here, [Symbol.asyncDispose]: () => Promise.resolve() }
  }
  await using opening = new DisposeStack()
  const remote = opening.use(await connectWorker(target))
  const stateDir = await resolveStateDir(remote)
  // Before anything runs there: who stops us has to know where to look.
  await rememberWorker(host, paths, target)
  output.say(`sessions run on ${remote.name}`)
  opening.move()
  return {
    host: remote,
    stateDir,
    cacheDir: undefined,
    isRemote: true,
    [Symbol.asyncDispose]: () => remote.close(),
  }
}

/** @throws CommandFault */
export async function connectWorker(target: string): Promise<Host> {
  try {
    return await openSshHost(target, { connectTimeoutMs: CONNECT_MS })
  } catch (cause) {
    if (!(cause instanceof HostError || cause instanceof TypeError)) throw cause
    throw new CommandFault(`the worker ${target} can't be used: ${cause.message}`, {
      cause,
      remedy: `See that \`ssh ${target}\` works without a question, and start again.`,
    })
  }
}

/**
 * The login as the worker can use it. An endpoint on our loopback is reached through the connection to the worker, by
 * the port that it had there before where that is free.
 * @returns the forward, which closes with the worker, when there is one
 */
export async function reachableLogin(
  { host, isRemote }: Worker,
  login: Login,
  before: number | undefined,
): Promise<{ readonly login: Login; readonly forward?: Forward }> {
  if (!isRemote || typeof login === 'string' || !('endpoint' in login)) return { login }
  const url = new URL(login.endpoint.baseUrl)
  if (!isLoopback(url.hostname)) return { login }
  const to = { port: Number(url.port || (url.protocol === 'https:' ? 443 : 80)) }
  const forward = await listenAgain(host, to, before)
  url.hostname = '127.0.0.1'
  url.port = String(forward.port)
  return { login: { endpoint: { ...login.endpoint, baseUrl: url.href.replace(/\/$/, '') } }, forward }
}

async function listenAgain(
  host: Host,
  to: { readonly port: number },
  before: number | undefined,
): Promise<Forward> {
  if (before !== undefined) {
    const again = await host
      .forward({ from: 'worker', port: before, to })
      .catch((error: unknown) => leaveTaken(error))
    if (again) return again
  }
  return host.forward({ from: 'worker', to })
}

function leaveTaken(error: unknown): undefined {
  if (error instanceof HostError && error.code === 'listen-failed') return undefined
  throw error
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
