import type { ConversationEvent, ConversationState, DeltaKind, Item, Plan } from '@x/agents/conversation'
import type { KnownNotification, ParamsOf, ServerNotificationMethod } from '@x/codex-appserver'
import { boundText } from './bound-text.ts'
import { translateError } from './translate-error.ts'
import { translateChanges, translateItem } from './translate-item.ts'
import {
  accountNotice,
  configNotice,
  deprecationNotice,
  loginNotice,
  mcpServerNotice,
  notice,
  rateLimitNotices,
} from './translate-notice.ts'
import { MAX_TOOL_TEXT } from './translate-tool.ts'
import { translateStatus, translateTurn, turnTimes } from './translate-turn.ts'
import { translateUsage } from './translate-usage.ts'

/** UTF-16 units of a turn's diff; a longer one ends with a whole line before that. */
const MAX_DIFF = 1024 * 1024

type Events = readonly ConversationEvent[]
/** The state up to now: some notifications tell only what has changed. */
type LookUp = () => ConversationState | undefined
type Translations = {
  readonly [M in ServerNotificationMethod]?: (params: ParamsOf<M>, state: LookUp) => Events
}

/** What a viewer is told of, by method. Everything else stands, with the reason, in `UNTOLD`. */
export const TRANSLATIONS: Translations = {
  'turn/started': ({ turn }) => [{ type: 'turn-started', turn: translateTurn(turn) }],
  'turn/completed': ({ turn }) => turnEnded(turn),
  'turn/plan/updated': ({ turnId, explanation, plan }) => [
    { type: 'turn-plan', turnId, plan: translatePlan(explanation, plan) },
  ],
  'turn/diff/updated': turnDiff,
  'item/started': ({ turnId, item }) => [{ type: 'item-started', turnId, item: translateItem(item, 'open') }],
  'item/completed': ({ turnId, item }) => [
    { type: 'item-completed', turnId, item: translateItem(item, 'done') },
  ],
  'item/agentMessage/delta': (params) => delta('agent-message', params),
  'item/plan/delta': (params) => delta('plan', params),
  'item/reasoning/summaryTextDelta': (params) => delta('reasoning', params),
  'item/reasoning/summaryPartAdded': ({ summaryIndex, ...at }) =>
    summaryIndex > 0 ? delta('reasoning', { ...at, delta: '\n\n' }) : [],
  'item/reasoning/textDelta': (params) => delta('reasoning-detail', params),
  'item/commandExecution/outputDelta': (params) => delta('command', params),
  'item/fileChange/patchUpdated': ({ turnId, itemId, changes }) => [
    {
      type: 'item-updated',
      turnId,
      item: {
        type: 'file-change',
        id: itemId,
        phase: 'open',
        status: 'running',
        changes: translateChanges({ changes }),
      },
    },
  ],
  'item/mcpToolCall/progress': toolProgress,
  'thread/tokenUsage/updated': (params, state) => translateUsage(params, state()),
  'thread/settings/updated': ({ threadSettings: { model, effort } }) => [
    { type: 'model-changed', model: { model, ...(typeof effort === 'string' && { effort }) } },
  ],
  'model/rerouted': ({ fromModel, toModel }) => [
    { type: 'model-changed', model: { model: toModel } },
    ...notice(`${toModel} answers instead of ${fromModel}.`),
  ],
  error: ({ turnId, willRetry, error }) =>
    willRetry ? [{ type: 'turn-waiting', turnId, waiting: translateError(error) }] : [],
  warning: ({ message }) => notice(message),
  guardianWarning: ({ message }) => notice(message),
  configWarning: configNotice,
  deprecationNotice,
  'account/rateLimits/updated': rateLimitNotices,
  'account/updated': accountNotice,
  'account/login/completed': loginNotice,
  'mcpServer/startupStatus/updated': mcpServerNotice,
}

/**
 * What a notification says of the thread `threadId`, in the words of every agent; empty for what it does not tell a
 * viewer, and for other threads (a connection carries those of sub-agents and reviews too). Pure, and total: what is
 * not as it should be says nothing.
 */
export function translateNotification(
  threadId: string,
  notification: KnownNotification,
  state: LookUp = () => undefined,
): Events {
  const { params } = notification
  const translate = TRANSLATIONS[notification.method] as
    ((params: KnownNotification['params'], state: LookUp) => Events) | undefined
  try {
    const isForeign =
      'threadId' in params && typeof params.threadId === 'string' && params.threadId !== threadId
    return isForeign ? [] : (translate?.(params, state) ?? [])
  } catch {
    return []
  }
}

type EndedTurn = ParamsOf<'turn/completed'>['turn']

function turnEnded(turn: EndedTurn): Events {
  const status = translateStatus(turn)
  if (status === 'in-progress') return []
  const { endedAt } = turnTimes(turn)
  const error = turn.error ? { error: translateError(turn.error) } : {}
  return [
    { type: 'turn-ended', turnId: turn.id, status, ...error, ...(endedAt !== undefined && { endedAt }) },
  ]
}

const STEP_STATUS: Readonly<Record<string, Plan['steps'][number]['status']>> = {
  inProgress: 'in-progress',
  completed: 'completed',
}

function translatePlan(
  explanation: string | null | undefined,
  plan: ParamsOf<'turn/plan/updated'>['plan'],
): Plan {
  return {
    ...(typeof explanation === 'string' && explanation !== '' && { explanation }),
    steps: plan.map(({ step, status }) => ({ text: step, status: STEP_STATUS[status] ?? 'pending' })),
  }
}

/** Codex tells the same diff again with each answer of the model. */
function turnDiff({ turnId, diff }: ParamsOf<'turn/diff/updated'>, state: LookUp): Events {
  const bounded = diff.length <= MAX_DIFF ? diff : diff.slice(0, diff.lastIndexOf('\n', MAX_DIFF - 1) + 1)
  return findTurn(state, turnId)?.diff === bounded ? [] : [{ type: 'turn-diff', turnId, diff: bounded }]
}

function toolProgress(
  { turnId, itemId, message }: ParamsOf<'item/mcpToolCall/progress'>,
  state: LookUp,
): Events {
  const item = findTurn(state, turnId)?.items.find((one) => one.id === itemId)
  if (item?.type !== 'tool-call' || item.phase === 'done') return []
  return [{ type: 'item-updated', turnId, item: { ...item, output: boundText(message, MAX_TOOL_TEXT) } }]
}

function findTurn(state: LookUp, turnId: string): { diff?: string; items: readonly Item[] } | undefined {
  return state()?.turns.findLast((turn) => turn.id === turnId)
}

function delta(
  kind: DeltaKind,
  params: { readonly turnId: string; readonly itemId: string; readonly delta: string },
): Events {
  return [{ type: 'item-delta', kind, turnId: params.turnId, itemId: params.itemId, text: params.delta }]
}
