import { randomUUID } from 'node:crypto'
import type { SessionJournal } from '../journal/session-journal.ts'
import type { Outbox } from './outbox.ts'
import type { SessionPhase } from './session-outcome.ts'

export interface SendDurablyOptions {
  readonly journal: SessionJournal | undefined
  readonly outbox: Outbox | undefined
  readonly onProblem: (phase: SessionPhase, error: unknown) => void
}

/**
 * Keeps a message in the journal, then puts it on its way to the agent.
 * @returns false when there is no way to the agent
 */
export async function sendDurably(
  { journal, outbox, onProblem }: SendDurablyOptions,
  text: string,
  options: { readonly id?: string } = {},
): Promise<boolean> {
  const { id = randomUUID() } = options
  if (!journal || !outbox) {
    onProblem('sender', new Error('the session has no way to its agent'))
    return false
  }
  // In front of it, so that no id of a caller is that of a line.
  const kept = await journal.post(`m.${id}`, text)
  if (kept.state !== 'settled')
    await outbox.put({ id: kept.id, text: kept.reply ?? text, isUncertain: options.id !== undefined })
  return true
}
