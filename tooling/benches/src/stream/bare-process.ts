import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { endRaw, makeRawHome, startRaw, type RawStart } from '../raw/raw-codex.ts'
import { StampReader } from './stamps.ts'
import type { Reading } from './reading.ts'
import { serve, type Service } from './worker.ts'

export interface BareOpening extends RawStart {
  /** `socket`: a WebSocket over its unix socket. `stdio`: its output line by line. */
  readonly over: 'socket' | 'stdio'
}

export interface BareService extends Service {
  readonly opening: BareOpening
  /** What to say. */
  readonly command: string
  readonly answer: Reading
}

/** A bare Codex and the two ways to it. */
interface Bare {
  readonly threadId: string
  send(message: object): void
  /** Hears every message as it comes. */
  hear: (message: Message) => void
  close(): Promise<void>
}

interface Message {
  readonly id?: number
  readonly method?: string
  readonly params?: { readonly delta?: string }
  readonly result?: { readonly thread?: { readonly id: string } }
}

// The least that reads everything: each message parsed, and counted.
serve<BareService>(async (opening) => {
  const bare = opening.over === 'socket' ? await overSocket(opening) : await overStdio(opening)
  return { opened: undefined, run: (text) => readTurn(bare, text), close: () => bare.close() }
})

function readTurn(bare: Bare, text: string): Promise<Reading> {
  return new Promise((resolve) => {
    const stamps = new StampReader()
    const cpu = process.cpuUsage()
    let deltas = 0
    let firstAt = 0
    bare.hear = ({ method, params }) => {
      if (method === 'item/agentMessage/delta') {
        deltas += 1
        firstAt ||= performance.now()
        stamps.read(params?.delta ?? '')
      } else if (method === 'turn/completed') {
        const { user, system } = process.cpuUsage(cpu)
        resolve({
          deltas,
          seconds: (performance.now() - firstAt) / 1000,
          cpuSeconds: (user + system) / 1e6,
          lags: stamps.lags,
        })
      }
    }
    bare.send({
      id: 9,
      method: 'turn/start',
      params: { threadId: bare.threadId, input: [{ type: 'text', text, text_elements: [] }] },
    })
  })
}

async function overSocket(options: RawStart): Promise<Bare> {
  const raw = await startRaw(options)
  const bare: Bare = {
    threadId: raw.threadId,
    send: (message) => raw.socket.send(JSON.stringify(message)),
    hear: () => undefined,
    close: () => endRaw(raw, options.root),
  }
  raw.socket.on('message', (data: Buffer) => bare.hear(JSON.parse(data.toString()) as Message))
  return bare
}

async function overStdio({ binary, ...home }: RawStart): Promise<Bare> {
  const { work, env } = await makeRawHome(home)
  const child = spawn(binary, ['app-server'], { cwd: work, env, stdio: ['pipe', 'pipe', 'ignore'] })
  const answers = new Map<number, (message: Message) => void>()
  const bare = {
    threadId: '',
    send: (message: object) => void child.stdin.write(`${JSON.stringify(message)}\n`),
    hear: (_: Message): void => undefined,
    async close() {
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await rm(home.root, { recursive: true, force: true, maxRetries: 5 })
    },
  }
  createInterface({ input: child.stdout, crlfDelay: Infinity }).on('line', (line) => {
    const message = JSON.parse(line) as Message
    answers.get(message.id ?? 0)?.(message)
    bare.hear(message)
  })
  const ask = (id: number, method: string, params: object): Promise<Message> => {
    bare.send({ id, method, params })
    return new Promise((resolve) => answers.set(id, resolve))
  }
  await ask(1, 'initialize', { clientInfo: { name: 'x', title: 'x', version: '0.0.0' } })
  bare.send({ method: 'initialized' })
  const { result } = await ask(2, 'thread/start', { cwd: work, approvalPolicy: 'untrusted' })
  return Object.assign(bare, { threadId: result?.thread?.id ?? '' })
}
