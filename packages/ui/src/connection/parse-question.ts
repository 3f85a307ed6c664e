import type { Question } from '@x/agents/conversation'
import { isGrant } from './parse-item.ts'
import { hasNumbers, hasStrings, isFields, isListOf, isMaybe, isOneOf, isString } from './shapes.ts'
import type { Fields } from './shapes.ts'

/**
 * Reads a question. One of a kind that is not known here comes out as a form that can't be shown: what waits for an
 * answer is never hidden, and saying no fits every kind.
 */
export function parseQuestion(value: unknown): Question | undefined {
  if (!hasStrings(value, 'id', 'kind') || !hasNumbers(value, 'askedAt')) return undefined
  if (!isMaybe(value['turnId'], isString) || !isMaybe(value['agentId'], isString)) return undefined
  switch (value['kind']) {
    case 'input':
      return isListOf(value['fields'], isInputField) ? asQuestion(value) : undefined
    case 'elicitation':
      return hasStrings(value, 'server', 'message') && isAsk(value['ask']) ? asQuestion(value) : undefined
    case 'permission':
      return isListOf(value['grants'], isGrant) && isMaybe(value['reason'], isString)
        ? asQuestion(value)
        : undefined
  }
  const { id, turnId, agentId, askedAt, kind } = value
  return asQuestion({
    id,
    askedAt,
    ...(turnId !== undefined && { turnId }),
    ...(agentId !== undefined && { agentId }),
    kind: 'elicitation',
    server: kind,
    message: '',
    ask: { type: 'form' },
  })
}

function isInputField(value: unknown): boolean {
  return (
    hasStrings(value, 'id', 'header', 'text') &&
    isListOf(value['options'], (one) => hasStrings(one, 'label', 'description'))
  )
}

function isAsk(value: unknown): boolean {
  if (!isFields(value)) return false
  if (value['type'] === 'open') return isString(value['url'])
  return value['type'] === 'form' && isMaybe(value['fields'], (fields) => isListOf(fields, isFormField))
}

function isFormField(value: unknown): boolean {
  return (
    hasStrings(value, 'name', 'title') &&
    isOneOf(value['type'], 'text', 'number', 'integer', 'boolean', 'choice', 'choices') &&
    isMaybe(value['description'], isString) &&
    isMaybe(value['options'], (options) => isListOf(options, (one) => hasStrings(one, 'value', 'title')))
  )
}

function asQuestion(value: Fields): Question {
  return value as unknown as Question
}
