import { setTimeout as sleep } from 'node:timers/promises'

import { openMessage } from './say.ts'
import type { Played, ResponseInProgress } from './response-in-progress.ts'

// Large enough that writing is not what takes the time, small enough that a pause of the client is felt soon.
const BATCH_CHARACTERS = 64 * 1024
const TICK_MS = 5

/** One message of very many deltas. */
export interface FloodStep {
  readonly flood: {
    readonly deltas: number
    /** The text of each delta. @default 'x ' */
    readonly text?: string
    /** Without it as fast as the client reads. */
    readonly perSecond?: number
  }
}

/** Plays a `flood`. The events are built as text, many at a time: built one by one they would be what is slow. */
export async function* playFlood(
  response: ResponseInProgress,
  { flood: { deltas, text = 'x ', perSecond } }: FloodStep,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  const message = openMessage(response)
  yield* message.begin()
  const type = 'response.output_text.delta'
  const head = `event: ${type}\ndata: {"type":"${type}","sequence_number":`
  const tail = `,${JSON.stringify({ ...message.at, delta: text }).slice(1)}\n\n`
  const started = performance.now()
  let sent = 0
  while (sent < deltas) {
    signal.throwIfAborted()
    const due =
      perSecond === undefined
        ? deltas
        : Math.min(deltas, Math.floor(((performance.now() - started) * perSecond) / 1000) + 1)
    let batch = ''
    for (; sent < due && batch.length < BATCH_CHARACTERS; sent += 1)
      batch += head + String(response.takeSequence()) + tail
    if (batch !== '') yield { text: batch }
    if (sent < deltas && sent >= due) await sleep(TICK_MS, undefined, { signal })
  }
  yield* message.finish(text.repeat(deltas))
}
