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

/** What a record has to say once a message is ours again. Pure. */
export function forgetSteered(
  record: LaunchRecord,
  clientId: string,
): { readonly steered: SteeredMessage[] } {
  return { steered: (record.steered ?? []).filter((message) => message.clientId !== clientId) }
}
