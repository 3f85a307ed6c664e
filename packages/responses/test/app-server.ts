/* eslint-disable x/wire-words -- this package depends on no other, so its tests speak to the real app-server by themselves, here and nowhere else */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'

import { codexBinary, type CODEX_VERSIONS } from '@x/fixtures'

import { configToml, type ProviderSettings } from './exec-codex.ts'

type Json = Readonly<Record<string, unknown>>

/** What the tests look for, by names of our own. */
const NOTES = {
  answerDelta: 'item/agentMessage/delta',
  diff: 'turn/diff/updated',
  error: 'error',
  itemDone: 'item/completed',
  plan: 'turn/plan/updated',
  rateLimits: 'account/rateLimits/updated',
  rawReasoning: 'item/reasoning/textDelta',
  reasoningPart: 'item/reasoning/summaryPartAdded',
  reasoningSummary: 'item/reasoning/summaryTextDelta',
  tokenUsage: 'thread/tokenUsage/updated',
  askCommand: 'item/commandExecution/requestApproval',
  askPermissions: 'item/permissions/requestApproval',
  askPerson: 'item/tool/requestUserInput',
} as const

/** One line of the app-server: a notification, a question to us, or an answer. */
export interface Message {
  readonly id?: number | string
  readonly method?: string
  readonly params?: Json
  readonly result?: Json
  readonly error?: Json
}

export interface TurnRun {
  /** Everything that came since the turn was asked for, in order. */
  readonly messages: readonly Message[]
  /** `completed`, `interrupted` or `failed`. */
  readonly status: string
  readonly error: Json | undefined
}

export interface AppServer extends AsyncDisposable {
  readonly threadId: string
  /** Runs one turn of the thread to its end. */
  readonly turn: (text: string, more?: Json) => Promise<TurnRun>
  /** Has the thread compacted, to the end of the turn that it takes. */
  readonly compact: () => Promise<TurnRun>
  /** The first finished item of a kind; 0.142.5 may finish a command after its turn. */
  readonly itemDone: (type: string) => Promise<Json>
  readonly listModels: () => Promise<unknown>
  readonly messages: readonly Message[]
}

export interface AppServerOptions extends ProviderSettings {
  readonly version: (typeof CODEX_VERSIONS)[number]
  readonly model?: string
  /** TOML before the first table. */
  readonly config?: string
  /** Tables after the others. */
  readonly tables?: string
  readonly thread?: Json
  /** What Codex hears when it asks; by default everything is allowed. */
  readonly answer?: (method: string, params: Json) => Json
}

/** The real `codex app-server` on pipes with one thread, in `root`/work with a home of its own. */
export async function openAppServer(
  root: string,
  url: string,
  options: AppServerOptions,
): Promise<AppServer> {
  const { version, model = 'gpt-5.5', config = '', tables = '', thread = {}, answer = allow } = options
  const [home, work] = [path.join(root, 'home'), path.join(root, 'work')]
  await Promise.all([mkdir(path.join(home, '.codex'), { recursive: true }), mkdir(work, { recursive: true })])
  await writeFile(
    path.join(home, '.codex', 'config.toml'),
    config + configToml(url, model, work, options) + tables,
  )
  const child = spawn(codexBinary(version), ['app-server'], {
    cwd: work,
    env: { PATH: process.env['PATH'], HOME: home, CODEX_HOME: path.join(home, '.codex'), OFFLINE_KEY: 'any' },
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  const exited = once(child, 'exit')
  const messages: Message[] = []
  const watchers = new Set<(message: Message) => void>()
  const send = (message: Json) => child.stdin.write(`${JSON.stringify(message)}\n`)
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message
    if (message.id !== undefined && message.method !== undefined)
      send({ id: message.id, result: answer(message.method, message.params ?? {}) })
    messages.push(message)
    for (const watcher of [...watchers]) watcher(message)
  })
  const waitFor = (fits: (message: Message) => boolean, from = 0): Promise<Message> =>
    new Promise((resolve, reject) => {
      const found = messages.slice(from).find(fits)
      if (found !== undefined) {
        resolve(found)
        return
      }
      const watcher = (message: Message) => {
        if (!fits(message)) return
        watchers.delete(watcher)
        resolve(message)
      }
      watchers.add(watcher)
      void exited.then(() => {
        reject(new Error('the app-server ended'))
      })
    })
  let lastId = 0
  const request = async (method: string, params: Json): Promise<Json> => {
    lastId += 1
    const id = lastId
    const answered = waitFor((message) => message.id === id && message.method === undefined, messages.length)
    send({ id, method, params })
    const { result, error } = await answered
    if (error !== undefined) throw new Error(`${method}: ${JSON.stringify(error)}`)
    return result ?? {}
  }
  await request('initialize', {
    clientInfo: { name: 'test', title: null, version: '0' },
    capabilities: { experimentalApi: true },
  })
  send({ method: 'initialized' })
  const started = (await request('thread/start', { cwd: work, ...thread })) as {
    readonly thread: { readonly id: string }
  }
  const threadId = started.thread.id
  const runTurn = async (method: string, params: Json): Promise<TurnRun> => {
    const from = messages.length
    const ended = waitFor(
      (message) => message.method === 'turn/completed' && message.params?.['threadId'] === threadId,
      from,
    )
    await Promise.all([ended, request(method, { threadId, ...params })])
    const { status, error } = (await ended).params?.['turn'] as TurnRun
    return { messages: messages.slice(from), status, error: error ?? undefined }
  }
  return {
    threadId,
    messages,
    turn: (text, more = {}) =>
      runTurn('turn/start', { input: [{ type: 'text', text, text_elements: [] }], ...more }),
    compact: () => runTurn('thread/compact/start', {}),
    itemDone: async (type) => {
      const message = await waitFor((one) => itemsOf([one], type).length > 0)
      return itemsOf([message])[0] ?? {}
    },
    listModels: async () => (await request('model/list', {}))['data'],
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

/** The finished items of one kind, or of all. */
export function itemsOf(messages: readonly Message[], type?: string): readonly Json[] {
  return paramsOf(messages, 'itemDone').flatMap((params) => {
    const item = params['item'] as Json
    return type === undefined || item['type'] === type ? [item] : []
  })
}

/** What the messages of one kind say. */
export function paramsOf(messages: readonly Message[], kind: keyof typeof NOTES): readonly Json[] {
  return messages.flatMap(({ method, params = {} }) => (method === NOTES[kind] ? [params] : []))
}

function allow(method: string): Json {
  return method.endsWith('/requestApproval') ? { decision: 'accept' } : {}
}
