import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, realpath, rm, stat, writeFile } from 'node:fs/promises'
import { connect as connectSocket } from 'node:net'
import path from 'node:path'
import { connect, openWebSocketChannel, type AppServerClient, type ConnectOptions } from '@x/codex-appserver'
import {
  createTranscriptRecording,
  normaliseTranscript,
  type TranscriptRecording,
  type TranscriptStep,
} from '@x/codex-appserver/testing'
import { codexBinary, privateDirectory } from '@x/fixtures'
import { openResponsesServer, type ScriptedModel } from '@x/responses'
import type { CodexVersion } from '../names.ts'

/** What a scenario needs of its surroundings. */
export interface StageOptions {
  readonly version: CodexVersion
  /** What answers; without one there is nobody at the model's address. */
  readonly model?: ScriptedModel
  /** Lines of config.toml before the first table. */
  readonly settings?: string
  /** Tables of config.toml; `MODEL_URL` in them stands for the model's address. */
  readonly tables?: string
}

/** A real app-server, a scripted model, and everything that clients say to the first. */
export interface Stage extends AsyncDisposable {
  readonly version: CodexVersion
  /** The trusted working directory. */
  readonly work: string
  /** Opens a recorded connection; the stage closes what is still open. */
  client(options?: Partial<ConnectOptions>): Promise<AppServerClient>
  /** What was recorded, without a trace of this machine. */
  steps(): readonly TranscriptStep[]
}

/** Starts everything in a scratch directory of its own; whoever opens the stage disposes it. */
export async function openStage(options: StageOptions): Promise<Stage> {
  const { version, model } = options
  const scratch = await privateDirectory()
  const home = path.join(scratch.path, 'home')
  const work = path.join(scratch.path, 'work')
  for (const directory of [home, work, path.join(scratch.path, 'tmp')])
    await mkdir(directory, { mode: 0o700 })
  const server = model ? await openResponsesServer({ model }) : undefined
  // Port 9 is "discard", which nobody serves any more.
  const config = configOf(work, server?.url ?? 'http://127.0.0.1:9/v1', options)
  await writeFile(path.join(home, 'config.toml'), config)
  const socketPath = path.join(scratch.path, 'a.sock')
  const child = startAppServer(version, scratch.path, socketPath)
  const exited = once(child, 'exit')
  await listening(socketPath, child)
  const recording = createTranscriptRecording()
  const clients: AppServerClient[] = []
  return {
    version,
    work,
    client: async (connecting) => {
      const client = await openClient(recording, socketPath, connecting)
      clients.push(client)
      return client
    },
    steps: () => normaliseTranscript(recording.steps, { replace: placesOf(version, scratch.path, home) }),
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close()
      child.kill('SIGKILL')
      await exited
      // In 0.169.0 the socket lies, with a lock, in a directory that all servers of the person share.
      const socket = await realpath(socketPath).catch(() => socketPath)
      for (const left of [socket, `${socket}.lock`]) await rm(left, { force: true })
      await server?.close()
      await scratch[Symbol.asyncDispose]()
    },
  }
}

async function openClient(
  recording: TranscriptRecording,
  socketPath: string,
  options: Partial<ConnectOptions> = {},
): Promise<AppServerClient> {
  const socket = connectSocket(socketPath)
  await once(socket, 'connect')
  // No pings: they are no messages, and a scenario is over before the first.
  const channel = recording.record(await openWebSocketChannel(socket, { keepAliveMs: 0 }))
  return connect(channel, { clientInfo: { name: 'transcripts', version: '0.0.0' }, ...options })
}

function startAppServer(version: CodexVersion, directory: string, socketPath: string): ChildProcess {
  return spawn(codexBinary(version), ['app-server', '--listen', `unix://${socketPath}`], {
    cwd: path.join(directory, 'work'),
    stdio: 'ignore',
    env: {
      PATH: '/usr/bin:/bin',
      HOME: directory,
      CODEX_HOME: path.join(directory, 'home'),
      TMPDIR: path.join(directory, 'tmp'),
      OFFLINE_KEY: 'offline',
    },
  })
}

async function listening(socketPath: string, child: ChildProcess): Promise<void> {
  // The server tells nobody when it listens, so the path itself is asked.
  for (;;) {
    if (child.exitCode !== null) throw new Error(`the app-server exited with ${child.exitCode}`)
    if ((await exists(socketPath)) && (await accepts(socketPath))) return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  )
}

function accepts(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connectSocket(socketPath)
    probe.once('connect', () => {
      probe.destroy()
      resolve(true)
    })
    probe.once('error', () => resolve(false))
  })
}

function placesOf(version: CodexVersion, scratch: string, home: string): Record<string, string> {
  const binaries = path.dirname(path.dirname(codexBinary(version)))
  return { [binaries]: '/opt/codex', [home]: '/home/person/.codex', [scratch]: '/home/person' }
}

function configOf(work: string, modelUrl: string, { settings = '', tables = '' }: StageOptions): string {
  return `model = "gpt-5.5"
model_provider = "offline"
check_for_update_on_startup = false
cli_auth_credentials_store = "file"
${settings}
[model_providers.offline]
name = "offline"
base_url = ${JSON.stringify(modelUrl)}
wire_api = "responses"
env_key = "OFFLINE_KEY"
request_max_retries = 1
stream_max_retries = 1
[projects.${JSON.stringify(work)}]
trust_level = "trusted"
${tables.replaceAll('MODEL_URL', modelUrl)}
`
}
