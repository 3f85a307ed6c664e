import type { Command, Grant, Item, ModelChoice, Refusal, Turn } from '@x/agents/conversation'
import { RpcError, type AppServerClient, type ResultOf } from '@x/codex-appserver'
import type { Host } from '@x/host'
import { toolSpecs, type DynamicTool } from '../conversation/dynamic-tools.ts'
import { completeHistory } from '../conversation/complete-history.ts'
import type { KnownThread } from '../conversation/known-thread.ts'
import { translateChoice } from '../conversation/models.ts'
import { readRollout } from '../conversation/read-rollout.ts'
import { RolloutFollower } from '../conversation/rollout-follower.ts'
import { translateTurn } from '../conversation/translate-turn.ts'
import { SessionError } from '../errors.ts'
import { boundariesOf } from '../posture/boundaries.ts'
import { assertProfile } from '../posture/canary.ts'
import { describeRefusal } from '../posture/grants.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { hasTurnPages, readTurns } from './read-turns.ts'

export interface OpenedThread extends KnownThread {
  /** Where Codex keeps the thread. */
  readonly rolloutPath: string | undefined
}

/** A first message may be on its way to disk when we come back: its thread is asked for again until it is there. */
const RESUME_TRIES = 8
const RESUME_WAIT_MS = 250

/** `ask`: Codex asks before whatever it does not know to be harmless. `never`: it does what the sandbox lets it. */
function approvalPolicy(record: LaunchRecord): 'untrusted' | 'never' {
  return record.approvals === 'ask' ? 'untrusted' : 'never'
}

/** Makes the thread of a new session. @throws SessionError `posture`, RpcError */
export async function startThread(
  host: Host,
  client: AppServerClient,
  record: LaunchRecord,
  tools: readonly DynamicTool[],
): Promise<OpenedThread> {
  const { model, effort } = record.model ?? {}
  const answer = await client.request('thread/start', {
    cwd: record.directory,
    approvalPolicy: approvalPolicy(record),
    ...(tools.length > 0 && { dynamicTools: toolSpecs(tools) }),
    ...(model !== undefined && { model }),
    ...(effort !== undefined && { config: { model_reasoning_effort: effort } }),
  })
  assertProfile(answer)
  const { id: threadId, path } = answer.thread
  const opened = { threadId, turns: [], model: choiceIn(answer) }
  if (typeof path !== 'string') return { ...opened, rolloutPath: undefined }
  return {
    ...opened,
    rolloutPath: path,
    rollout: { entries: [], reader: new RolloutFollower(host, path, 0) },
  }
}

/**
 * Takes up the thread of a session, with the posture said again. It is this thread or an error, never another one;
 * but where Codex was killed before it had written anything of the very first turn, there is nothing to take up, and
 * the session begins a thread.
 * @throws SessionError `unrecoverable`, `posture`
 */
export async function takeUpThread(
  host: Host,
  client: AppServerClient,
  record: LaunchRecord,
  tools: readonly DynamicTool[],
  places: PermissionPlaces,
): Promise<OpenedThread> {
  const { threadId } = record
  if (threadId === null || !record.spoken) return startThread(host, client, record, tools)
  const answer = await askToResume(client, record, threadId)
  if (answer === undefined) return startThread(host, client, record, tools)
  const { thread } = answer
  const rolloutPath = thread.path ?? undefined
  const [listed, kept] = await Promise.all([
    hasTurnPages(record.version) ? readTurns(client, threadId) : thread.turns,
    rolloutPath === undefined ? undefined : readRollout(host, rolloutPath),
  ])
  const turns = listed.map(translateTurn)
  const model = choiceIn(answer)
  if (rolloutPath === undefined || kept === undefined) return { threadId, rolloutPath, turns, model }
  const { entries, bytes } = kept
  const boundaries = boundariesOf(places, record.grants ?? [])
  const complete = await describeRefusals(
    host,
    places,
    completeHistory(turns, entries, boundaries),
    record.grants ?? [],
  )
  const reader = new RolloutFollower(host, rolloutPath, bytes)
  return { threadId, rolloutPath, turns: complete, model, rollout: { entries, reader } }
}

/** How many of the newest refusals are told with what may be granted against them: each is a look at the machine. */
const DESCRIBED_REFUSALS = 50

async function describeRefusals(
  host: Host,
  places: PermissionPlaces,
  turns: readonly Turn[],
  given: readonly Grant[],
): Promise<readonly Turn[]> {
  const refused = turns.flatMap(({ items }) => items.flatMap((item) => (isRefused(item) ? [item] : [])))
  const described = new Map<Item, Item>()
  for (const item of refused.slice(-DESCRIBED_REFUSALS))
    described.set(item, { ...item, refusal: await describeRefusal(host, places, item.refusal, given) })
  if (described.size === 0) return turns
  return turns.map((turn) => ({ ...turn, items: turn.items.map((item) => described.get(item) ?? item) }))
}

function isRefused(item: Item): item is Command & { readonly refusal: Refusal } {
  return item.type === 'command' && item.refusal !== undefined
}

function choiceIn(answer: ResultOf<'thread/start'> | ResultOf<'thread/resume'>): ModelChoice {
  return translateChoice(answer.model, answer.reasoningEffort)
}

/** `undefined` when there never was anything of the thread on disk. */
async function askToResume(
  client: AppServerClient,
  record: LaunchRecord,
  threadId: string,
): Promise<ResultOf<'thread/resume'> | undefined> {
  for (let n = 1; ; n += 1) {
    try {
      const params = {
        threadId,
        cwd: record.directory,
        approvalPolicy: approvalPolicy(record),
        ...(hasTurnPages(record.version) && { excludeTurns: true }),
      }
      const answer = await client.request('thread/resume', params)
      assertProfile(answer)
      return answer
    } catch (cause) {
      if (!(cause instanceof RpcError)) throw cause
      if (n === RESUME_TRIES) {
        if (!record.kept && /no rollout found/i.test(cause.rpcMessage)) return undefined
        throw new SessionError(
          'unrecoverable',
          `the thread ${threadId} can't be taken up again: ${cause.rpcMessage}`,
          {
            cause,
            remedy: 'Its files are kept. Begin a new session to go on.',
          },
        )
      }
    }
    await new Promise((resolve) => setTimeout(resolve, RESUME_WAIT_MS))
  }
}
