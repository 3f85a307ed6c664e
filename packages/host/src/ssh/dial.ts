import { homedir, userInfo } from 'node:os'
import type { Duplex } from 'node:stream'
import ssh2 from 'ssh2'
import type { ClientChannel, ConnectConfig } from 'ssh2'
import { DisposeStack } from '../dispose-stack.ts'
import { HostError } from '../errors.ts'
import { resolveDestination, type LocalAccount, type SshDestination } from './client-config.ts'
import { gatherCredentials } from './credentials.ts'
import { agentSocket, environmentVariable } from './env.ts'
import type { ClientConfig } from './evaluate-config.ts'
import { expandHome } from './expand-home.ts'
import { createHostKeyCheck, type HostKeyCheck } from './host-key-check.ts'
import { createHostVerifier } from './host-verifier.ts'
import { parseTarget, type SshTarget } from './parse-target.ts'
import { ProxyCommand } from './proxy-command.ts'
import { readClientConfig } from './read-client-config.ts'
import { ClientConnection, type SshConnection } from './ssh-connection.ts'
import type { SshHostOptions } from './ssh-host-options.ts'
import { untilAborted } from './until-aborted.ts'

/** A config may send a jump through a jump; one that never ends is a mistake. */
const MAX_JUMPS = 8

export interface Dialled {
  readonly connection: SshConnection
  /** `user@machine`, with the port when it is not 22. */
  readonly name: string
}

/**
 * Opens an authenticated connection to a target, through the jumps that the config names. The caller closes it; the
 * connections to the jumps close with it.
 * @throws HostError `unreachable`, `auth-failed`, `unknown-host-key`, `host-key-changed`, `host-key-revoked`; the reason of `signal`
 */
export async function dial(target: string, options: SshHostOptions): Promise<Dialled> {
  const config = await readClientConfig(options.configFile, homedir())
  await using opening = new DisposeStack()
  const { client, destination } = await dialHop(parseTarget(target), config, options, opening, 0)
  const name = nameOf(destination)
  const connection = new ClientConnection(client, name, options.maxSessions ?? 10)
  // The way there ends after what goes over it.
  const jumps = opening.move()
  connection.lost.addEventListener('abort', () => void jumps[Symbol.asyncDispose]().catch(() => undefined))
  client.setNoDelay(true)
  return { connection, name }
}

interface Hop {
  readonly client: ssh2.Client
  readonly destination: SshDestination
}

async function dialHop(
  target: SshTarget,
  config: ClientConfig,
  options: SshHostOptions,
  opened: DisposeStack,
  depth: number,
): Promise<Hop> {
  const destination = await resolveDestination(target, config, ourAccount())
  if (depth + destination.jumps.length > MAX_JUMPS)
    throw new HostError(
      'unreachable',
      `more than ${MAX_JUMPS} jumps on the way to ${destination.host}: see ProxyJump`,
    )
  let way: Duplex | undefined
  for (const [index, jump] of destination.jumps.entries()) {
    const hop: Hop =
      way === undefined
        ? await dialHop(jump, config, options, opened, depth + 1)
        : await logIn(await resolveJump(jump, config), options, way)
    opened.defer(() => hop.client.end())
    hop.client.on('error', () => undefined).setNoDelay(true)
    const next = destination.jumps[index + 1]
    const { host, port } = next === undefined ? destination : await resolveJump(next, config)
    way = await forward(hop, host, port, options.signal)
  }
  return logIn(destination, options, way)
}

/** A later jump is reached through the one before it, whatever its own config says. */
function resolveJump(jump: SshTarget, config: ClientConfig): Promise<SshDestination> {
  return resolveDestination(jump, config, ourAccount())
}

function ourAccount(): LocalAccount {
  return { home: homedir(), user: userInfo().username, variable: environmentVariable }
}

async function forward(
  hop: Hop,
  host: string,
  port: number,
  signal: AbortSignal | undefined,
): Promise<Duplex> {
  const stream = new Promise<ClientChannel>((resolve, reject) => {
    hop.client.forwardOut('127.0.0.1', 0, host, port, (error, channel) => {
      if (error === undefined) resolve(channel)
      else
        reject(
          new HostError(
            'unreachable',
            `${nameOf(hop.destination)} does not reach ${host}:${port}: ${error.message}`,
            { cause: error },
          ),
        )
    })
  })
  return untilAborted(stream, [signal])
}

async function logIn(
  destination: SshDestination,
  options: SshHostOptions,
  way: Duplex | undefined,
): Promise<Hop> {
  const { connectTimeoutMs = destination.connectTimeoutMs ?? 20_000, signal } = options
  const home = homedir()
  const check = await checkOf(destination, options)
  const credentials = await gatherCredentials(destination, {
    identityFiles: (options.identityFiles ?? []).map((file) => expandHome(file, home)),
    passphrase: options.passphrase,
    agent: agentOf(options.agent, destination.agent),
    home,
  })
  const command = way === undefined ? destination.proxyCommand : undefined
  const proxy = command === undefined ? undefined : new ProxyCommand(command)
  const sock = way ?? proxy
  const client = new ssh2.Client()
  const left = [...credentials.methods]
  let refusal: Error | undefined
  const config: ConnectConfig = {
    ...clientOptions(destination, options),
    ...(sock && { sock }),
    algorithms: { serverHostKey: check.algorithms },
    hostVerifier: createHostVerifier(check, (reason) => (refusal = reason)),
    authHandler: (_left, _partial, next) => {
      // The types lack what says that there is no more.
      next(left.shift() ?? (false as never))
    },
  }
  try {
    await ready(client, config, connectTimeoutMs, signal)
    return { client, destination }
  } catch (error) {
    client.on('error', () => undefined)
    // It must tell what it has said before it is ended.
    const complaint = refusal === undefined ? await proxy?.complaint() : undefined
    client.destroy()
    sock?.destroy()
    signal?.throwIfAborted()
    throw refusal ?? explain(error, destination, credentials.tried, complaint)
  }
}

function checkOf(destination: SshDestination, options: SshHostOptions): Promise<HostKeyCheck> {
  const { acceptNew = destination.strictness === 'accept-new' } = options
  const files = options.knownHostsFiles ?? orDefault(destination.knownHostsFiles)
  return createHostKeyCheck(
    destination,
    files.map((file) => expandHome(file, homedir())),
    acceptNew,
  )
}

function clientOptions(destination: SshDestination, options: SshHostOptions): ConnectConfig {
  const {
    keepAliveIntervalMs = destination.keepAliveIntervalMs ?? 5_000,
    keepAliveCountMax = destination.keepAliveCountMax ?? 3,
  } = options
  return {
    host: destination.host,
    port: destination.port,
    username: destination.user,
    readyTimeout: 0,
    keepaliveInterval: keepAliveIntervalMs,
    keepaliveCountMax: keepAliveCountMax,
  }
}

/** Settles once: ssh2 says `error`, then `close`; a server that hangs up in the middle brings `close` alone. */
async function ready(
  client: ssh2.Client,
  config: ConnectConfig,
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const late = new AbortController()
  const timer = setTimeout(() => late.abort(new Error(`no login within ${timeoutMs} ms`)), timeoutMs)
  try {
    const settled = new Promise<void>((resolve, reject) => {
      client.once('ready', () => resolve())
      client.on('error', reject)
      client.once('close', () => reject(new Error('the connection was closed')))
      client.connect(config)
    })
    await untilAborted(settled, [late.signal, signal])
  } finally {
    clearTimeout(timer)
  }
}

function explain(
  error: unknown,
  destination: SshDestination,
  tried: readonly string[],
  complaint: string | undefined,
): HostError {
  const name = nameOf(destination)
  const { level, message } = error as Error & { readonly level?: string }
  if (level === 'client-authentication' || /too many authentication/i.test(message)) {
    const what =
      tried.length === 0
        ? 'there was no key to try: name one, or load one into an agent'
        : `tried ${tried.join(', ')}`
    return new HostError('auth-failed', `${name} takes none of our keys; ${what}`, { cause: error })
  }
  const why = complaint === undefined || complaint === '' ? message : `${message}; ${complaint}`
  return new HostError('unreachable', `cannot reach ${name}: ${why}`, { cause: error })
}

function nameOf({ user, host, port }: SshDestination): string {
  const shown = host.includes(':') ? `[${host}]` : host
  return port === 22 ? `${user}@${shown}` : `${user}@${shown}:${port}`
}

function agentOf(option: string | false | undefined, configured: string | undefined): string | undefined {
  if (option !== undefined) return option === false ? undefined : option
  return configured === 'none' ? undefined : (configured ?? agentSocket())
}

function orDefault(files: readonly string[]): readonly string[] {
  return files.length === 0 ? ['~/.ssh/known_hosts'] : files
}
