import type { SteeredMessage } from '../conversation/outbox.ts'
import type { LaunchRecord } from './parse-launch-record.ts'

/** A turn takes few messages at once, and those of turns that have ended are in the history. */
const KEPT = 20

/** What a record has to say once `message` is handed to a running turn. Pure. */
export function rememberSteered(
  record: LaunchRecord,
  message: SteeredMessage,
): { readonly steered: SteeredMessage[] } {
  return { steered: [...(record.steered ?? []), message].slice(-KEPT) }
}
