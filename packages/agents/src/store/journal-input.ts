import { checkCount, checkId, renderData, renderMetadata } from './check.ts'
import {
  MAX_BATCH,
  type Fenced,
  type JournalBatch,
  type JournalFilter,
  type JournalKey,
  type JournalState,
} from './journal.ts'
import type { JsonObject } from './json.ts'
import { checkTaskKey } from './task-input.ts'

/** What both stores do with what callers hand in. Everything here throws before anything was read or written. */

const MAX_REPLY_BYTES = 256 * 1024

export function checkJournalKey(key: JournalKey, { fence }: Fenced = {}): void {
  checkTaskKey(key)
  checkId('run', key.run)
  if (fence !== undefined) checkCount('fence', fence)
}

/** An entry as both stores write it. */
export interface CheckedEntry {
  readonly id: string
  readonly offset: number
  readonly type: string
  readonly data: string
  readonly state: JournalState
}

export function checkBatch(key: JournalKey, batch: JournalBatch): readonly CheckedEntry[] {
  checkJournalKey(key, batch)
  const { from, next, mark, entries } = batch
  checkCount('from', from)
  checkCount('next', next)
  if (mark !== undefined) checkCount('mark', mark)
  if (next < from) throw new RangeError(`expected next to be at least ${from}, got ${next}`)
  if (entries.length > MAX_BATCH)
    throw new RangeError(`expected at most ${MAX_BATCH} entries, got ${entries.length}`)
  let least = from
  return entries.map(({ offset, type, data, state = 'settled' }) => {
    checkCount('offset', offset)
    if (offset < least || offset >= next)
      throw new RangeError(`expected offset from ${least} to below ${next}, got ${offset}`)
    least = offset + 1
    return { id: String(offset), offset, type: checkId('type', type), data: renderData(data), state }
  })
}

export function checkJournalFilter(key: JournalKey, { type, limit }: JournalFilter): void {
  checkJournalKey(key)
  if (type !== undefined) checkId('type', type)
  if (limit !== undefined) checkCount('limit', limit)
}

export function checkMessage(
  key: JournalKey,
  message: Fenced & { readonly id: string; readonly text: string },
): void {
  checkJournalKey(key, message)
  if (/^\d+$/.test(checkId('id', message.id))) throw new TypeError('expected an id that is no number')
  checkReply('text', message.text)
}

export function checkAnswer(
  key: JournalKey,
  answer: Fenced & { readonly id: string; readonly reply: string },
): void {
  checkJournalKey(key, answer)
  checkId('id', answer.id)
  checkReply('reply', answer.reply)
}

export function checkSettled(key: JournalKey, options: Fenced & { readonly ids: readonly string[] }): void {
  checkJournalKey(key, options)
  for (const id of options.ids) checkId('id', id)
}

export function checkOutcome(key: JournalKey, options: Fenced & { readonly outcome: JsonObject }): string {
  checkJournalKey(key, options)
  return renderMetadata(options.outcome)
}

function checkReply(field: string, text: string): void {
  if (typeof text !== 'string' || text === '') throw new TypeError(`expected ${field} to be a text`)
  const bytes = Buffer.byteLength(text)
  if (bytes > MAX_REPLY_BYTES)
    throw new RangeError(`expected ${field} of at most ${MAX_REPLY_BYTES} bytes, got ${bytes}`)
}
