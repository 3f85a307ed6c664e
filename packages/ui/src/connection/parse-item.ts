import type { Item } from '@x/agents/conversation'
import {
  hasNumbers,
  hasStrings,
  isFields,
  isListOf,
  isMaybe,
  isOneOf,
  isString,
  withoutBad,
} from './shapes.ts'
import type { Fields } from './shapes.ts'

/** What an item of each kind must have to be drawn. */
const KINDS: Readonly<Record<Exclude<Item['type'], 'other'>, (value: Fields) => boolean>> = {
  'user-message': (value) => hasStrings(value, 'text') && isMaybe(value['attachments'], isListOfStrings),
  'agent-message': (value) => hasStrings(value, 'text'),
  reasoning: (value) => hasStrings(value, 'text') && isMaybe(value['detail'], isString),
  plan: (value) => hasStrings(value, 'text'),
  command: isCommand,
  'file-change': (value) =>
    isOneOf(value['status'], 'running', 'completed', 'failed', 'declined') &&
    isListOf(value['changes'], (one) => hasStrings(one, 'path', 'kind', 'diff')),
  'tool-call': (value) =>
    hasStrings(value, 'tool', 'input', 'output') &&
    isCallStatus(value['status']) &&
    isMaybe(value['server'], isString),
  'agent-call': (value) =>
    hasStrings(value, 'action') && isCallStatus(value['status']) && isListOfStrings(value['agentIds']),
  'web-search': (value) => hasStrings(value, 'query'),
  picture: (value) => isMaybe(value['path'], isString),
  compaction: () => true,
}

/** Reads one item. One of a kind that is not known here comes out as `other`, by its name. */
export function parseItem(value: unknown): Item | undefined {
  if (!hasStrings(value, 'id', 'phase', 'type') || !isOneOf(value['phase'], 'open', 'catching-up', 'done'))
    return undefined
  const { id, phase, kind, text } = value
  const type = value['type'] as string
  const isKind = Object.hasOwn(KINDS, type) ? KINDS[type as keyof typeof KINDS] : undefined
  if (isKind) return isKind(value) ? asItem(withoutBad(value, { durationMs: Number.isFinite })) : undefined
  return asItem({
    id,
    phase,
    type: 'other',
    kind: isString(kind) ? kind : type,
    text: isString(text) ? text : '',
  })
}

/** Whether it is something that may be granted. */
export function isGrant(value: unknown): boolean {
  if (!isFields(value)) return false
  return value['network'] === true || (isString(value['path']) && isOneOf(value['mode'], 'read', 'write'))
}

function isCommand(value: Fields): boolean {
  return (
    hasStrings(value, 'command', 'cwd', 'output') &&
    hasNumbers(value, 'outputDropped') &&
    isOneOf(value['status'], 'running', 'completed', 'failed', 'declined', 'refused') &&
    isMaybe(value['refusal'], isRefusal)
  )
}

function isRefusal(value: unknown): boolean {
  return hasStrings(value, 'denied') && isMaybe(value['path'], isString) && isMaybe(value['grant'], isGrant)
}

function isCallStatus(value: unknown): boolean {
  return isOneOf(value, 'running', 'completed', 'failed')
}

function isListOfStrings(value: unknown): boolean {
  return isListOf(value, isString)
}

function asItem(value: Fields): Item {
  return value as unknown as Item
}
