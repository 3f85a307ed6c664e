import type { ConversationEvent, ConversationState, FeedFrame, Turn } from '@x/agents/conversation'
import { parseItem } from './parse-item.ts'
import { parseQuestion } from './parse-question.ts'
import {
  hasNumbers,
  hasStrings,
  isFields,
  isListOf,
  isMaybe,
  isOneOf,
  isString,
  parseAll,
  withoutBad,
} from './shapes.ts'
import type { Fields } from './shapes.ts'

/**
 * Reads one frame of a conversation's feed.
 *
 * Strict where drawing depends on it. What only adorns is left out when it is not what it should be.
 * @returns `undefined` when it is not a frame that can be trusted
 */
export function parseFrame(text: string): FeedFrame | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (!isFields(value)) return undefined
  const { type, epoch, seq, state, events } = value
  if (typeof epoch !== 'string' || !Number.isSafeInteger(seq)) return undefined
  const cursor = { epoch, seq: seq as number }
  if (type === 'snapshot') {
    const parsed = parseState(state)
    return parsed && { type, ...cursor, state: parsed }
  }
  if (type !== 'events') return undefined
  const parsed = parseAll(events, parseEvent)
  return parsed && { type, ...cursor, events: parsed }
}

function parseState(value: unknown): ConversationState | undefined {
  if (!hasStrings(value, 'threadId', 'cwd')) return undefined
  const { approvals, notices, link, queue, agents } = value
  const turns = parseAll(value['turns'], parseTurn)
  const questions = parseAll(value['questions'], parseQuestion)
  if (!turns || !questions || !isListOf(approvals, isApproval) || !isListOf(notices, isNotice))
    return undefined
  if (!isLink(link) || !isQueue(queue) || !isListOf(agents, isAgent)) return undefined
  const state = withoutBad(value, { model: isModelChoice, context: isContextUse })
  return { ...(state as unknown as ConversationState), turns, questions }
}

function parseTurn(value: unknown): Turn | undefined {
  if (!hasStrings(value, 'id', 'status')) return undefined
  const items = parseAll(value['items'], parseItem)
  const turn = withoutBad(value, {
    error: isFault,
    waiting: isFault,
    usage: isUsage,
    plan: isPlan,
    diff: isString,
    startedAt: Number.isFinite,
    endedAt: Number.isFinite,
  })
  return items && { ...(turn as unknown as Turn), items }
}

/** What an event must have, beside its type, where it is passed on as it came. */
const EVENTS: Readonly<Record<string, (value: Fields) => boolean>> = {
  'item-delta': (value) => hasStrings(value, 'turnId', 'itemId', 'kind', 'text'),
  'turn-ended': (value) => hasStrings(value, 'turnId', 'status') && isMaybe(value['error'], isFault),
  'turn-usage': (value) => hasStrings(value, 'turnId') && isUsage(value['usage']),
  'turn-waiting': (value) => hasStrings(value, 'turnId') && isMaybe(value['waiting'], isFault),
  'turn-plan': (value) => hasStrings(value, 'turnId') && isPlan(value['plan']),
  'turn-diff': (value) => hasStrings(value, 'turnId', 'diff'),
  'approval-requested': (value) => isApproval(value['approval']),
  'approval-resolved': (value) => hasStrings(value, 'approvalId'),
  'question-resolved': (value) => hasStrings(value, 'questionId'),
  'queue-changed': (value) => isQueue(value['queue']),
  'agent-changed': (value) => isAgent(value['agent']),
  'model-changed': (value) => isModelChoice(value['model']),
  'context-used': (value) => isContextUse(value['context']),
  'link-changed': (value) => isLink(value['link']),
  notice: (value) => isNotice(value['notice']),
}

function parseEvent(value: unknown): ConversationEvent | undefined {
  if (!hasStrings(value, 'type')) return undefined
  const type = value['type'] as string
  switch (type) {
    case 'turn-started': {
      const turn = parseTurn(value['turn'])
      return turn && { type, turn }
    }
    case 'item-started':
    case 'item-updated':
    case 'item-completed': {
      const item = parseItem(value['item'])
      return item && hasStrings(value, 'turnId') ? asEvent({ ...value, item }) : undefined
    }
    case 'question-asked': {
      const question = parseQuestion(value['question'])
      return question && { type, question }
    }
  }
  // A newer server may tell more; the fold leaves out what it does not know.
  const fits = Object.hasOwn(EVENTS, type) ? EVENTS[type] : undefined
  return !fits || fits(value) ? asEvent(value) : undefined
}

function isApproval(value: unknown): boolean {
  return hasStrings(value, 'id', 'turnId', 'itemId', 'kind') && isListOf(value['choices'], isString)
}

function isNotice(value: unknown): boolean {
  return hasStrings(value, 'id', 'level', 'message')
}

function isLink(value: unknown): boolean {
  return hasStrings(value, 'state')
}

function isFault(value: unknown): boolean {
  return hasStrings(value, 'message') && isMaybe(value['remedy'], isString)
}

function isUsage(value: unknown): boolean {
  return hasNumbers(value, 'inputTokens', 'outputTokens', 'totalTokens')
}

function isPlan(value: unknown): boolean {
  return (
    isFields(value) &&
    isMaybe(value['explanation'], isString) &&
    isListOf(
      value['steps'],
      (step) => hasStrings(step, 'text') && isOneOf(step['status'], 'pending', 'in-progress', 'completed'),
    )
  )
}

function isQueue(value: unknown): boolean {
  return isFields(value) && isListOf(value['messages'], (one) => hasStrings(one, 'id', 'text'))
}

function isAgent(value: unknown): boolean {
  return (
    hasStrings(value, 'id', 'status') &&
    isMaybe(value['name'], isString) &&
    isMaybe(value['lastMessage'], isString)
  )
}

function isModelChoice(value: unknown): boolean {
  return hasStrings(value, 'model') && isMaybe(value['effort'], isString)
}

function isContextUse(value: unknown): boolean {
  return hasNumbers(value, 'usedTokens', 'totalTokens') && isMaybe(value['windowTokens'], Number.isFinite)
}

function asEvent(value: Fields): ConversationEvent {
  return value as unknown as ConversationEvent
}
