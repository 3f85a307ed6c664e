import type { Streaming } from './cut-text.ts'
import { pacedDeltas } from './paced-deltas.ts'
import { newId, type Played, type ResponseInProgress, type WireObject } from './response-in-progress.ts'

/** An assistant message, streamed. */
export interface SayStep extends Streaming {
  readonly say: string
  /** What the message is in the turn: a word in between, or the last one. Codex passes it on. */
  readonly phase?: 'commentary' | 'final_answer'
}

/** The frame of one message: what is sent before its deltas, and after them. */
export function openMessage(response: ResponseInProgress, phase?: string) {
  const id = newId('msg')
  const at = { item_id: id, output_index: response.nextIndex, content_index: 0 }
  const message = (status: string, content: readonly WireObject[]) => ({
    type: 'message',
    id,
    role: 'assistant',
    status,
    content,
    ...(phase === undefined ? {} : { phase }),
  })
  const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
  return {
    at,
    *begin(): Generator<Played> {
      yield response.itemAdded(message('in_progress', []))
      yield response.event('response.content_part.added', { ...at, part: part('') })
    },
    *finish(text: string): Generator<Played> {
      yield response.event('response.output_text.done', { ...at, text })
      yield response.event('response.content_part.done', { ...at, part: part(text) })
      yield response.itemDone(message('completed', [part(text)]))
    },
  }
}

/** Plays a `say`. */
export async function* playSay(
  response: ResponseInProgress,
  step: SayStep,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  const message = openMessage(response, step.phase)
  yield* message.begin()
  for await (const delta of pacedDeltas(step.say, step, signal))
    yield response.event('response.output_text.delta', { ...message.at, delta })
  yield* message.finish(step.say)
}
