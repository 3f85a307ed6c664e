import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { foldFrame, type FeedFrame, type FeedView } from '@x/agents/conversation'
import { playRecorded, type RecordedPlay } from '@x/codex/testing'
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
    run: async (deltas) => {
      // The heap's room for what is short-lived grows to its size with the first floods, whatever is kept of them.
      await measureGrowth(deltas / 2, collect)
      return measureGrowth(deltas, collect)
    },
    close: () => Promise.resolve(),
  })
})

async function measureGrowth(deltas: number, collect: () => void): Promise<Growth> {
  await using play = await playRecorded({ threadId: IDS.threadId, cwd: '/' })
  const { conversation } = play
  const over = new AbortController()
  let view: FeedView | undefined
  const viewer = (async () => {
    for await (const json of conversation.encodedFeed({ signal: over.signal }))
      view = foldFrame(view, JSON.parse(json) as FeedFrame)
  })()
  play.tell({
    method: 'turn/started',
    params: {
      threadId: IDS.threadId,
      turn: { id: IDS.turnId, status: 'inProgress', items: [], error: null },
    },
  })
  play.tell({
    method: 'item/started',
    params: {
      ...IDS,
      item: { type: 'agentMessage', id: IDS.itemId, text: '', phase: null, memoryCitation: null },
      startedAtMs: 0,
    },
  })
  const tenth = deltas / 10
  const memory: number[] = []
  const micros: number[] = []
  for (let part = 0; part < 10; part += 1) {
    const startedAt = performance.now()
    await flood(play, tenth)
    micros.push(((performance.now() - startedAt) * 1000) / tenth)
    collect()
    memory.push(process.memoryUsage().rss / 1024 / 1024)
  }
  const { turns } = conversation.state
  over.abort()
  await viewer
  const [item] = turns[0]?.items ?? []
  if (item?.type !== 'agent-message' || item.text.length !== deltas * 2 || !view)
    throw new Error('text was lost')
  const [early = NaN, late = NaN] = [memory[0], memory[9]]
  const [earlyMicros = NaN, lateMicros = NaN] = [micros[1], micros[9]]
  return { early, late, earlyMicros, lateMicros }
}

async function flood(play: RecordedPlay, deltas: number): Promise<void> {
  const text = JSON.stringify({ method: 'item/agentMessage/delta', params: { ...IDS, delta: 'x ' } })
  for (let sent = 0; sent < deltas; sent += 1) {
    play.tellText(text)
    if (sent % SLICE === SLICE - 1) await new Promise((resolve) => setImmediate(resolve))
  }
}
