import type { ViewerMessage } from './terminal-messages.ts'

/** Bytes of one message that the server takes. */
const MAX_MESSAGE = 1024 * 1024
/** Bytes of one burst that the server takes. */
export const MAX_BURST = 16 * MAX_MESSAGE

/** The messages that carry one burst, in this order: alone when it fits into one, else announced. */
export function splitBurst(
  burst: Uint8Array<ArrayBuffer>,
): readonly (Uint8Array<ArrayBuffer> | ViewerMessage)[] {
  if (burst.length <= MAX_MESSAGE) return [burst]
  const messages: (Uint8Array<ArrayBuffer> | ViewerMessage)[] = [{ type: 'burst', bytes: burst.length }]
  for (let from = 0; from < burst.length; from += MAX_MESSAGE)
    messages.push(burst.subarray(from, from + MAX_MESSAGE))
  return messages
}
