import type { ConversationState } from '@x/agents/conversation'
import { setTimeout as delay } from 'node:timers/promises'
import { FeedViewer } from '../demo/feed-viewer.ts'
import { compareTranscripts, type Differences } from '../transcript/compare-transcripts.ts'
import { pageTranscript } from '../transcript/page-transcript.ts'
import { parseRollout } from '../transcript/parse-rollout.ts'
import type { Person } from './person.ts'
import type { Stage } from './stage.ts'

/** What Codex still writes, or tells late, gets so long to arrive. */
const SETTLE_MS = 4_000
const LOOK_MS = 150
const SNAPSHOT_MS = 5_000

/** Compares what two browsers show, one that was there all along and one that comes now, with what Codex recorded. */
export async function judgeRun(
  stage: Stage,
  sessionId: string,
  viewer: FeedViewer,
  person: Person,
  turnsBefore: ReadonlySet<string>,
): Promise<Differences> {
  const giveUpAt = performance.now() + SETTLE_MS
  for (;;) {
    const verdict = await judgeNow(stage, sessionId, viewer, person, turnsBefore)
    if (verdict.lost.length + verdict.repeated.length === 0 || performance.now() > giveUpAt) return verdict
    await delay(LOOK_MS)
  }
}

async function judgeNow(
  stage: Stage,
  sessionId: string,
  viewer: FeedViewer,
  person: Person,
  turnsBefore: ReadonlySet<string>,
): Promise<Differences> {
  const recorded = parseRollout(await stage.rollout(sessionId))
  const lost: string[] = []
  const repeated: string[] = []
  const views = [
    ['the page', viewer.state],
    ['a new page', await freshState(stage, sessionId)],
  ] as const
  for (const [name, state] of views) {
    if (!state) {
      lost.push(`${name} shows nothing`)
      continue
    }
    const differences = compareTranscripts(pageTranscript(state), recorded)
    lost.push(...differences.lost.map((text) => `${name}: ${text}`))
    repeated.push(...differences.repeated.map((text) => `${name}: ${text}`))
  }
  if (viewer.gaps > 0) lost.push(`${viewer.gaps} frames did not follow on the one before`)
  const messages = recorded.turns.flatMap((turn) => turn.entries).filter((entry) => entry.kind === 'message')
  for (const { clientId, fate } of person.messages) {
    const isRecorded = messages.some((message) => message.clientId === clientId)
    // What Codex dropped when it was interrupted waits for the person again.
    if (!isRecorded && fate === 'acknowledged' && !person.waits(viewer.state, clientId))
      lost.push(`message ${clientId} was acknowledged and is neither recorded nor waits`)
    // It is only sent to a session that says of itself that it is ready.
    if (fate === 'refused') lost.push(`message ${clientId} was refused`)
  }
  for (const turn of recorded.turns) {
    if (turnsBefore.has(turn.id) || turn.status === 'completed') continue
    if (!person.interrupted || turn.status !== 'interrupted') lost.push(`turn ${turn.id} is ${turn.status}`)
  }
  return { lost, repeated }
}

async function freshState(stage: Stage, sessionId: string): Promise<ConversationState | undefined> {
  const viewer = new FeedViewer(stage.page, sessionId)
  try {
    await viewer.connect()
    await viewer.until(() => true, { timeoutMs: SNAPSHOT_MS, signal: stage.signal })
    return viewer.state
  } catch {
    return undefined
  } finally {
    viewer.close()
  }
}
