import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { connect as connectSocket, type Socket } from 'node:net'
import path from 'node:path'
import { Duplex } from 'node:stream'
import { codexBinary, privateDirectory, type CODEX_VERSIONS } from '@x/fixtures'
import type { FrameChannel } from '../src/transport/frame-channel.ts'
import { openLineChannel } from '../src/transport/stdio.ts'
import { openWebSocketChannel, type WebSocketChannelOptions } from '../src/transport/websocket.ts'

export type CodexVersion = (typeof CODEX_VERSIONS)[number]

/** A real app-server with a home of its own and, unless `modelUrl` says otherwise, a model that is never there. */
export interface TestAppServer extends AsyncDisposable {
  readonly process: ChildProcess
  /** The working directory that its config trusts. */
  readonly workDirectory: string
  /** A channel over the unix socket, as many as wanted. */
  connectSocket(options?: WebSocketChannelOptions): Promise<FrameChannel>
  /** A channel through a `codex app-server proxy`, as one has it over SSH: raw WebSocket bytes on a child's stdio. */
  connectProxy(
    options?: WebSocketChannelOptions,
  ): Promise<{ readonly channel: FrameChannel; readonly proxy: ChildProcess }>
  /** The channel over its stdio, once. */
  openStdio(): FrameChannel
}

export async function startAppServer(
  version: CodexVersion,
  {
    stdio = false,
    modelUrl = 'http://127.0.0.1:9/v1',
    tables = '',
    arguments: more = [],
  }: { stdio?: boolean; modelUrl?: string; tables?: string; arguments?: readonly string[] } = {},
): Promise<TestAppServer> {
  const scratch = await privateDirectory()
  const home = path.join(scratch.path, 'home')
  const workDirectory = path.join(scratch.path, 'work')
  const temporary = path.join(scratch.path, 'tmp')
  for (const directory of [home, workDirectory, temporary]) await mkdir(directory, { mode: 0o700 })
  await writeFile(path.join(home, 'config.toml'), `${configFor(workDirectory, modelUrl)}${tables}\n`)
  const socketPath = path.join(scratch.path, 'a.sock')
  const env = {
    PATH: '/usr/bin:/bin',
    HOME: scratch.path,
    CODEX_HOME: home,
    TMPDIR: temporary,
    OFFLINE_KEY: 'offline',
  }
  const listen = stdio ? 'stdio://' : `unix://${socketPath}`
  const child = spawn(codexBinary(version), ['app-server', '--listen', listen, ...more], {
    cwd: workDirectory,
    env,
  })
  const proxies: { readonly proxy: ChildProcess; readonly exited: Promise<unknown> }[] = []
  const exited = once(child, 'exit')
  const openSocket = async (): Promise<Socket> => {
    const socket = connectSocket(socketPath)
    await once(socket, 'connect')
    return socket
  }
  if (!stdio) {
    for (const output of [child.stdout, child.stderr]) output.resume()
    await listening(socketPath, child)
  }
  return {
    process: child,
    workDirectory,
    connectSocket: async (options) => openWebSocketChannel(await openSocket(), options),
    connectProxy: async (options) => {
      const proxy = spawn(codexBinary(version), ['app-server', 'proxy', '--sock', socketPath], { env })
      proxies.push({ proxy, exited: once(proxy, 'exit') })
      const duplex = Duplex.from({ readable: proxy.stdout, writable: proxy.stdin })
      return { channel: await openWebSocketChannel(duplex, { stderr: proxy.stderr, ...options }), proxy }
    },
    openStdio: () => openLineChannel({ readable: child.stdout, writable: child.stdin, stderr: child.stderr }),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      for (const { proxy } of proxies) proxy.kill('SIGKILL')
      await Promise.all([exited, ...proxies.map((each) => each.exited)])
      // In 0.169.0 the socket lies, with a lock, in a directory that all servers of the person share.
      const socket = stdio ? socketPath : await realpath(socketPath)
      for (const left of [socket, `${socket}.lock`]) await rm(left, { force: true })
      await scratch[Symbol.asyncDispose]()
    },
  }
}

async function listening(socketPath: string, child: ChildProcess): Promise<void> {
  // The server tells nobody when it listens, so the path itself is asked.
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the app-server exited with ${String(child.exitCode)}`)
    const there = await stat(socketPath).then(
      () => true,
      () => false,
    )
    if (there && (await accepts(socketPath))) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connectSocket(socketPath)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => {
      resolve(false)
    })
  })
}

function configFor(workDirectory: string, modelUrl: string): string {
  return `model = "gpt-5.5"
model_provider = "offline"
check_for_update_on_startup = false
cli_auth_credentials_store = "file"
chatgpt_base_url = "http://127.0.0.1:9/backend-api"
[model_providers.offline]
name = "offline"
base_url = ${JSON.stringify(modelUrl)}
wire_api = "responses"
env_key = "OFFLINE_KEY"
request_max_retries = 1
stream_max_retries = 1
[projects.${JSON.stringify(workDirectory)}]
trust_level = "trusted"
`
}
