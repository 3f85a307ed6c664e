import type { ConversationEvent, ConversationState, FeedFrame, Item, Turn } from '@x/agents/conversation'

type Fields = Readonly<Record<string, unknown>>

const DONE_STATES = ['completed', 'failed', 'declined']
const TEXT_TYPES = ['user-message', 'agent-message', 'reasoning']

/**
 * Reads one frame of a conversation's feed.
 *
 * Strict where drawing depends on it. An item of a kind that is not known here comes out as `other`, by its name.
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
  if (!isFields(value)) return undefined
  const { threadId, cwd, approvals, notices, link } = value
  const turns = parseAll(value['turns'], parseTurn)
  if (!turns || typeof threadId !== 'string' || typeof cwd !== 'string') return undefined
  if (!isListOf(approvals, isApproval) || !isListOf(notices, isNotice) || !isLink(link)) return undefined
  return { ...(value as unknown as ConversationState), turns }
}

function parseTurn(value: unknown): Turn | undefined {
  if (!isFields(value) || typeof value['id'] !== 'string' || typeof value['status'] !== 'string')
    return undefined
  const items = parseAll(value['items'], parseItem)
  return items && { ...(value as unknown as Turn), items }
}

function parseItem(value: unknown): Item | undefined {
  if (!isFields(value) || typeof value['id'] !== 'string' || typeof value['phase'] !== 'string')
    return undefined
  const { type } = value
  if (typeof type !== 'string') return undefined
  if (TEXT_TYPES.includes(type)) return hasStrings(value, 'text') ? asItem(value) : undefined
  if (type === 'command') return isCommand(value) ? asItem(value) : undefined
  if (type === 'file-change') return isFileChange(value) ? asItem(value) : undefined
  const { id, phase, kind, text } = value
  return asItem({
    id,
    phase,
    type: 'other',
    kind: typeof kind === 'string' ? kind : type,
    text: typeof text === 'string' ? text : '',
  })
}

function parseEvent(value: unknown): ConversationEvent | undefined {
  if (!isFields(value)) return undefined
  switch (value['type']) {
    case 'turn-started': {
      const turn = parseTurn(value['turn'])
      return turn && { type: 'turn-started', turn }
    }
    case 'item-started':
    case 'item-completed': {
      const item = parseItem(value['item'])
      return item && hasStrings(value, 'turnId')
        ? ({ ...value, item } as unknown as ConversationEvent)
        : undefined
    }
    case 'item-delta':
      return asEvent(value, hasStrings(value, 'turnId', 'itemId', 'kind', 'text'))
    case 'turn-ended':
      return asEvent(value, hasStrings(value, 'turnId', 'status'))
    case 'turn-usage':
      return asEvent(value, hasStrings(value, 'turnId') && isFields(value['usage']))
    case 'turn-waiting':
      return asEvent(value, hasStrings(value, 'turnId'))
    case 'approval-requested':
      return asEvent(value, isApproval(value['approval']))
    case 'approval-resolved':
      return asEvent(value, hasStrings(value, 'approvalId'))
    case 'link-changed':
      return asEvent(value, isLink(value['link']))
    case 'notice':
      return asEvent(value, isNotice(value['notice']))
    default:
      // A newer server may tell more; the fold leaves out what it does not know.
      return asEvent(value, hasStrings(value, 'type'))
  }
}

function isCommand(value: Fields): boolean {
  return (
    hasStrings(value, 'command', 'cwd', 'output') &&
    typeof value['outputDropped'] === 'number' &&
    isDoing(value['status'])
  )
}

function isFileChange(value: Fields): boolean {
  return (
    isDoing(value['status']) && isListOf(value['changes'], (one) => hasStrings(one, 'path', 'kind', 'diff'))
  )
}

function isDoing(value: unknown): boolean {
  return value === 'running' || DONE_STATES.includes(value as string)
}

function isApproval(value: unknown): boolean {
  return (
    isFields(value) &&
    hasStrings(value, 'id', 'turnId', 'itemId', 'kind') &&
    isListOf(value['choices'], (one) => typeof one === 'string')
  )
}

function isNotice(value: unknown): boolean {
  return hasStrings(value, 'id', 'level', 'message')
}

function isLink(value: unknown): boolean {
  return hasStrings(value, 'state')
}

function asEvent(value: Fields, ok: boolean): ConversationEvent | undefined {
  return ok ? (value as unknown as ConversationEvent) : undefined
}

function asItem(value: Fields): Item {
  return value as unknown as Item
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function hasStrings(value: unknown, ...names: readonly string[]): boolean {
  return isFields(value) && names.every((name) => typeof value[name] === 'string')
}

function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is)
}

/** All or nothing: a list with a hole would be told as if it were whole. */
function parseAll<T>(value: unknown, parse: (one: unknown) => T | undefined): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const parsed: T[] = []
  for (const one of value) {
    const made = parse(one)
    if (made === undefined) return undefined
    parsed.push(made)
  }
  return parsed
}
