import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { foldFrame, type FeedFrame, type FeedView } from '@x/agents/conversation'
import { connect, type FrameChannel } from '@x/codex-appserver'
import { openThreadConversation } from '@x/codex/testing'
import { serve, type Service } from './worker.ts'

export interface Growth {
  /** Resident memory after a collection, in MiB, at a tenth of the deltas and at the end. */
  readonly early: number
  readonly late: number
  /** Microseconds a delta, in the second tenth and in the last. */
  readonly earlyMicros: number
  readonly lateMicros: number
}

export interface GrowthService extends Service {
  readonly opening: null
  /** How many deltas. */
  readonly command: number
  readonly answer: Growth
}

/** As many as one turn of the event loop brings in a flood. */
const SLICE = 200
const IDS = { threadId: 'thread', turnId: 'turn', itemId: 'item' }

// One item that grows delta by delta, played from memory: nothing but our own work is measured.
serve<GrowthService>(() => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  return Promise.resolve({
    opened: undefined,
    run: (deltas) => measureGrowth(deltas, collect),
    close: () => Promise.resolve(),
  })
})

async function measureGrowth(deltas: number, collect: () => void): Promise<Growth> {
  const player = new Player()
  const client = await connect(player.channel, { clientInfo: { name: 'x', title: 'x', version: '0.0.0' } })
  const { conversation, end } = openThreadConversation(client, { threadId: IDS.threadId, cwd: '/' })
  const over = new AbortController()
  let view: FeedView | undefined
  const viewer = (async () => {
    for await (const json of conversation.encodedFeed({ signal: over.signal }))
      view = foldFrame(view, JSON.parse(json) as FeedFrame)
  })()
  player.tell('turn/started', {
    threadId: IDS.threadId,
    turn: { id: IDS.turnId, status: 'inProgress', items: [], error: null },
  })
  player.tell('item/started', {
    ...IDS,
    item: { type: 'agentMessage', id: IDS.itemId, text: '', phase: null, memoryCitation: null },
    startedAtMs: 0,
  })
  const tenth = deltas / 10
  const memory: number[] = []
  const micros: number[] = []
  for (let part = 0; part < 10; part += 1) {
    const startedAt = performance.now()
    await player.flood(tenth)
    micros.push(((performance.now() - startedAt) * 1000) / tenth)
    collect()
    memory.push(process.memoryUsage().rss / 1024 / 1024)
  }
  const { turns } = conversation.state
  end()
  over.abort()
  await viewer
  await client.close()
  const [item] = turns[0]?.items ?? []
  if (item?.type !== 'agent-message' || item.text.length !== deltas * 2 || !view)
    throw new Error('text was lost')
  const [early = NaN, late = NaN] = [memory[0], memory[9]]
  const [earlyMicros = NaN, lateMicros = NaN] = [micros[1], micros[9]]
  return { early, late, earlyMicros, lateMicros }
}

/** The server's side of a connection that only tells. */
class Player {
  readonly channel: FrameChannel
  private frame: (text: string) => void = () => undefined
  private end: () => void = () => undefined

  constructor() {
    const closed = new Promise<Awaited<FrameChannel['closed']>>((resolve) => {
      this.end = () => resolve({ reason: 'closed-here', detail: 'played to the end' })
    })
    this.channel = {
      closed,
      start: (reader) => {
        this.frame = (text) => reader.frame(text)
      },
      send: (text) => {
        const { id } = JSON.parse(text) as { readonly id?: number }
        const result = { userAgent: 'player', codexHome: '/', platformFamily: 'unix', platformOs: 'linux' }
        if (id !== undefined) queueMicrotask(() => this.frame(JSON.stringify({ id, result })))
      },
      close: () => {
        this.end()
        return Promise.resolve()
      },
      [Symbol.asyncDispose]: () => {
        this.end()
        return Promise.resolve()
      },
    }
  }

  tell(method: string, params: object): void {
    this.frame(JSON.stringify({ method, params }))
  }

  async flood(deltas: number): Promise<void> {
    const text = JSON.stringify({ method: 'item/agentMessage/delta', params: { ...IDS, delta: 'x ' } })
    for (let sent = 0; sent < deltas; sent += 1) {
      this.frame(text)
      if (sent % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve))
    }
  }
}
