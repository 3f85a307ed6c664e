import { randomBytes } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { FeedFrame, FeedView, SessionSummary } from '@x/agents/conversation'
import { foldFrame } from '@x/agents/conversation'
import { openSession, removeSession, type CODEX_VERSIONS, type Session } from '@x/codex'
import { openLocalHost } from '@x/host'
import type { SessionDirectory } from '@x/runner'
import { openHttpServer, type HttpServer, type KeptLogin } from '@x/runner/http'
import type { Reading } from './reading.ts'
import { serve, type Service } from './worker.ts'

export interface SessionOpening {
  /** Also the session's name. */
  readonly taskId: string
  readonly directory: string
  readonly version: (typeof CODEX_VERSIONS)[number]
  readonly modelUrl: string
  /** Serves viewers over HTTP too. */
  readonly http: boolean
}

export interface SessionOpened {
  readonly sessionId: string
  readonly origin: string
  readonly token: string
}

export interface SessionService extends Service {
  readonly opening: SessionOpening
  readonly opened: SessionOpened
  readonly command: { readonly text: string; readonly watch: boolean }
  readonly answer: Reading
}

// A session as the product has it, with one viewer in its own process, and a server for others.
serve<SessionService>(async ({ taskId, directory, version, modelUrl, http }) => {
  const host = await openLocalHost()
  const place = { host, stateDir: path.join(directory, 'state') }
  const login = { endpoint: { baseUrl: modelUrl } }
  const session = await openSession({ ...place, version, taskId, login })
  await session.ready
  const server = http ? await openServer(session, directory) : undefined
  return {
    opened: {
      sessionId: taskId,
      origin: server?.url ?? '',
      token: server?.issueToken() ?? '',
    },
    run: ({ text, watch }) => readTurn(session, text, watch),
    async close() {
      await server?.close()
      await session.close()
      await removeSession(taskId, place)
      await host.close()
    },
  }
})

/** As a viewer reads: frames as the text that goes over the wire, parsed and folded. */
async function readTurn({ conversation }: Session, text: string, watch: boolean): Promise<Reading> {
  const cpu = process.cpuUsage()
  const turn = conversation.send(text)
  const turnId = await turn.turnId
  let firstAt = 0
  let view: FeedView | undefined
  const over = new AbortController()
  if (!watch) {
    await turn.result
    over.abort()
  }
  for await (const json of conversation.encodedFeed({ signal: over.signal })) {
    view = foldFrame(view, JSON.parse(json) as FeedFrame)
    const shown = view?.state.turns.findLast((one) => one.id === turnId)
    if (firstAt === 0 && shown?.items.some((item) => item.type === 'agent-message'))
      firstAt = performance.now()
    if (shown && shown.status !== 'in-progress') over.abort()
  }
  const { user, system } = process.cpuUsage(cpu)
  const seconds = (performance.now() - firstAt) / 1000
  return { deltas: 0, seconds, cpuSeconds: (user + system) / 1e6, lags: [] }
}

async function openServer(session: Session, directory: string): Promise<HttpServer> {
  const webRoot = path.join(directory, 'web', session.taskId)
  await mkdir(webRoot, { recursive: true })
  await writeFile(path.join(webRoot, 'index.html'), '<!doctype html><title>x</title>')
  let logins: readonly KeptLogin[] = []
  return openHttpServer({
    sessions: directoryOf(session),
    webRoot,
    port: 0,
    instance: randomBytes(4).toString('hex'),
    cookies: {
      read: () => Promise.resolve(logins),
      write: (kept) => {
        logins = kept
        return Promise.resolve()
      },
    },
  })
}

/** One session, and nothing to be done about it. */
function directoryOf(session: Session): SessionDirectory {
  const summary: SessionSummary = {
    id: session.taskId,
    title: 'stream',
    directory: session.directory,
    createdAt: 0,
    status: { state: 'ready', turn: 'idle', needsYou: 0 },
  }
  return {
    list: () => [summary],
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
    conversation: (id) => (id === session.taskId ? session.conversation : undefined),
    terminal: () => Promise.resolve(undefined),
    create: () => Promise.resolve(summary),
    resume: () => Promise.resolve(true),
    end: () => Promise.resolve(false),
  }
}
