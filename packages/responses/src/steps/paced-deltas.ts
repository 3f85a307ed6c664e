import { setTimeout as sleep } from 'node:timers/promises'

import { cutText, type Streaming } from './cut-text.ts'

/** The pieces of a text, each when it is due. */
export async function* pacedDeltas(
  text: string,
  { deltaMs = 0, chunk }: Streaming,
  signal: AbortSignal,
): AsyncGenerator<string, void, undefined> {
  let first = true
  for (const delta of cutText(text, chunk)) {
    if (deltaMs > 0 && !first) await sleep(deltaMs, undefined, { signal })
    first = false
    yield delta
  }
}
