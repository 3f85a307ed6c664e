import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { connect, type Socket } from 'node:net'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import WebSocket from 'ws'

/** What a bare client needs to know: the same as a session has. */
export interface RawStart {
  readonly binary: string
  /** A directory that does not exist yet. */
  readonly root: string
  /** Content of the configuration, with our directories in it. */
  readonly config: string
  readonly auth: string
}

const TRY_EVERY_MS = 1

/** A bare Codex with a thread, and the one connection to it. */
export interface RawCodex {
  readonly child: ChildProcess
  readonly socket: WebSocket
  readonly threadId: string
}

/**
 * The least that a program must do to have a thread: a new home, the real Codex, a WebSocket over its socket as soon
 * as there is one, `initialize`, `thread/start` with what a session says. Nothing is made durable, nothing is proved.
 */
export async function startRaw({ binary, root, config, auth }: RawStart): Promise<RawCodex> {
  const { work, env } = await makeRawHome({ root, config, auth })
  const listening = path.join(root, 'c.sock')
  const child = spawn(binary, ['app-server', '--listen', `unix://${listening}`], {
    cwd: work,
    env,
    stdio: 'ignore',
  })
  const stream = await reach(listening, child)
  const socket = new WebSocket('ws://localhost/', {
    createConnection: () => stream,
    perMessageDeflate: false,
  })
  await once(socket, 'open')
  await ask(socket, 1, 'initialize', { clientInfo: { name: 'x', title: 'x', version: '0.0.0' } })
  socket.send(JSON.stringify({ method: 'initialized' }))
  const { thread } = (await ask(socket, 2, 'thread/start', { cwd: work, approvalPolicy: 'untrusted' })) as {
    readonly thread?: { readonly id?: unknown }
  }
  if (typeof thread?.id !== 'string') throw new Error('no thread was started')
  return { child, socket, threadId: thread.id }
}

/** Ends it without manners, and removes its directory. */
export async function endRaw({ child, socket }: RawCodex, root: string): Promise<void> {
  socket.terminate()
  const gone = once(child, 'exit')
  child.kill('SIGKILL')
  await gone
  await rm(root, { recursive: true, force: true, maxRetries: 5 })
}

/** The directories and the environment of a bare Codex. */
export async function makeRawHome({
  root,
  config,
  auth,
}: Omit<RawStart, 'binary'>): Promise<{ readonly work: string; readonly env: NodeJS.ProcessEnv }> {
  const work = path.join(root, 'work')
  const codexHome = path.join(root, 'home/.codex')
  const temporary = path.join(root, 'run/tmp')
  await Promise.all([work, codexHome, temporary].map((name) => mkdir(name, { recursive: true, mode: 0o700 })))
  await Promise.all([
    writeFile(path.join(codexHome, 'config.toml'), config, { mode: 0o600 }),
    writeFile(path.join(codexHome, 'auth.json'), auth, { mode: 0o600 }),
  ])
  const env = {
    HOME: path.join(root, 'home'),
    CODEX_HOME: codexHome,
    TMPDIR: temporary,
    PATH: process.env['PATH'] ?? '/usr/local/bin:/usr/bin:/bin',
    LANG: process.env['LANG'] ?? 'C.UTF-8',
  }
  return { work, env }
}

async function reach(listening: string, child: ChildProcess): Promise<Socket> {
  for (;;) {
    const stream = connect(listening)
    const connected = await new Promise<boolean>((resolve) => {
      stream.once('connect', () => resolve(true))
      stream.once('error', () => resolve(false))
    })
    if (connected) return stream
    if (child.exitCode !== null) throw new Error(`Codex ended with ${child.exitCode}`)
    await delay(TRY_EVERY_MS)
  }
}

/** One request, and its result. */
export function ask(socket: WebSocket, id: number, method: string, params: object): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const hear = (data: Buffer): void => {
      const message = JSON.parse(String(data)) as {
        readonly id?: number
        readonly result?: unknown
        readonly error?: unknown
      }
      if (message.id !== id) return
      socket.off('message', hear)
      if (message.error === undefined) resolve(message.result)
      else reject(new Error(`${method}: ${JSON.stringify(message.error)}`))
    }
    socket.on('message', hear)
    socket.send(JSON.stringify({ id, method, params }))
  })
}
