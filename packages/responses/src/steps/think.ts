import type { Streaming } from './cut-text.ts'
import { pacedDeltas } from './paced-deltas.ts'
import { newId, type Played, type ResponseInProgress } from './response-in-progress.ts'

/** A reasoning item, streamed: the summary that every client may show, and the raw thoughts that few do. */
export interface ThinkStep extends Streaming {
  /** One text per part of the summary; none at all with an empty list. */
  readonly think: string | readonly string[]
  /** Raw reasoning, one text per part. @default none */
  readonly raw?: string | readonly string[]
}

/** Plays a `think`. */
export async function* playThink(
  response: ResponseInProgress,
  step: ThinkStep,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  const id = newId('rs')
  const at = { item_id: id, output_index: response.nextIndex }
  const item = (summary: readonly string[], content: readonly string[]) => ({
    type: 'reasoning',
    id,
    summary: summary.map((text) => ({ type: 'summary_text', text })),
    ...(content.length === 0 ? {} : { content: content.map((text) => ({ type: 'reasoning_text', text })) }),
    encrypted_content: null,
  })
  const [summary, raw] = [listOf(step.think), listOf(step.raw)]
  yield response.itemAdded(item([], []))
  for (const [index, text] of summary.entries()) {
    const where = { ...at, summary_index: index }
    const part = (said: string) => ({ part: { type: 'summary_text', text: said } })
    yield response.event('response.reasoning_summary_part.added', { ...where, ...part('') })
    for await (const delta of pacedDeltas(text, step, signal))
      yield response.event('response.reasoning_summary_text.delta', { ...where, delta })
    yield response.event('response.reasoning_summary_text.done', { ...where, text })
    yield response.event('response.reasoning_summary_part.done', { ...where, ...part(text) })
  }
  for (const [index, text] of raw.entries()) {
    const where = { ...at, content_index: index }
    for await (const delta of pacedDeltas(text, step, signal))
      yield response.event('response.reasoning_text.delta', { ...where, delta })
    yield response.event('response.reasoning_text.done', { ...where, text })
  }
  yield response.itemDone(item(summary, raw))
}

function listOf(texts: string | readonly string[] | undefined): readonly string[] {
  return texts === undefined ? [] : typeof texts === 'string' ? [texts] : texts
}
