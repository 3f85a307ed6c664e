import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'

import type { ModelRequest } from '../model-request.ts'
import type { FailStep, ModelEvent, ModelStep } from '../scripted-model.ts'
import { estimateUsage } from './estimate-usage.ts'

/** What playing a step asks of the connection: an event to send, or the end without one. */
export type Played = { readonly event: ModelEvent } | { readonly drop: true }

type Item = Readonly<Record<string, unknown>>

/** The events of one response that has begun; `created`, then each step, then `completed` unless a step ended it. */
export async function* playSteps(
  steps: Iterable<ModelStep> | AsyncIterable<ModelStep>,
  request: ModelRequest,
  signal: AbortSignal,
): AsyncGenerator<Played, void, undefined> {
  const response = new ResponseInProgress(request)
  yield response.event('response.created', { response: response.snapshot('in_progress') })
  for await (const step of steps) {
    signal.throwIfAborted()
    if ('drop' in step) return yield { drop: true }
    if ('fail' in step) return yield response.failed(step.fail)
    if ('waitMs' in step) await sleep(step.waitMs, undefined, { signal })
    else if ('event' in step) yield { event: step.event }
    else if ('say' in step) yield* sayMessage(response, step, signal)
    else if ('think' in step) yield* thinkAloud(response, step.think)
    else yield* callTool(response, step)
  }
  yield response.event('response.completed', { response: response.snapshot('completed') })
}

/** Numbers the events of one response and collects its items. */
class ResponseInProgress {
  readonly #id = `resp_${randomUUID().replaceAll('-', '')}`
  readonly #createdAt = Math.floor(Date.now() / 1000)
  readonly #request: ModelRequest
  readonly #output: Item[] = []
  #sequence = 0

  constructor(request: ModelRequest) {
    this.#request = request
  }

  get nextIndex(): number {
    return this.#output.length
  }

  event(type: string, fields: Item): Played {
    return { event: { type, sequence_number: this.#sequence++, ...fields } }
  }

  itemDone(item: Item): Played {
    this.#output.push(item)
    return this.event('response.output_item.done', { output_index: this.#output.length - 1, item })
  }

  failed({
    code = 'server_error',
    message = 'The scripted model failed because it was told to.',
  }: FailStep): Played {
    return this.event('response.failed', {
      response: { ...this.snapshot('failed'), error: { code, message } },
    })
  }

  snapshot(status: 'in_progress' | 'completed' | 'failed'): Item {
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#createdAt,
      status,
      model: this.#request.model,
      output: [...this.#output],
      error: null,
      usage: status === 'completed' ? estimateUsage(this.#request, this.#output) : null,
    }
  }
}

async function* sayMessage(
  response: ResponseInProgress,
  { say, deltaMs = 0, chunk }: Extract<ModelStep, { say: string }>,
  signal: AbortSignal,
): AsyncGenerator<Played> {
  const id = `msg_${randomUUID().replaceAll('-', '')}`
  const at = { item_id: id, output_index: response.nextIndex, content_index: 0 }
  const message = (status: string, content: readonly Item[]) => ({
    type: 'message',
    id,
    role: 'assistant',
    status,
    content,
  })
  const part = (text: string) => ({ type: 'output_text', text, annotations: [] })
  yield response.event('response.output_item.added', {
    output_index: at.output_index,
    item: message('in_progress', []),
  })
  yield response.event('response.content_part.added', { ...at, part: part('') })
  let first = true
  for (const delta of cutText(say, chunk)) {
    if (deltaMs > 0 && !first) await sleep(deltaMs, undefined, { signal })
    first = false
    yield response.event('response.output_text.delta', { ...at, delta })
  }
  yield response.event('response.output_text.done', { ...at, text: say })
  yield response.event('response.content_part.done', { ...at, part: part(say) })
  yield response.itemDone(message('completed', [part(say)]))
}

function* thinkAloud(response: ResponseInProgress, text: string): Generator<Played> {
  const id = `rs_${randomUUID().replaceAll('-', '')}`
  const at = { item_id: id, output_index: response.nextIndex, summary_index: 0 }
  const item = (summary: readonly Item[]) => ({ type: 'reasoning', id, summary, encrypted_content: null })
  const part = (said: string) => ({ type: 'summary_text', text: said })
  yield response.event('response.output_item.added', { output_index: at.output_index, item: item([]) })
  yield response.event('response.reasoning_summary_part.added', { ...at, part: part('') })
  yield response.event('response.reasoning_summary_text.delta', { ...at, delta: text })
  yield response.event('response.reasoning_summary_text.done', { ...at, text })
  yield response.event('response.reasoning_summary_part.done', { ...at, part: part(text) })
  yield response.itemDone(item([part(text)]))
}

function* callTool(
  response: ResponseInProgress,
  step: Extract<ModelStep, { call: string } | { custom: string }>,
): Generator<Played> {
  const unique = randomUUID().replaceAll('-', '')
  const shared = { status: 'completed', call_id: step.callId ?? `call_${unique}` }
  const item =
    'call' in step
      ? {
          type: 'function_call',
          id: `fc_${unique}`,
          name: step.call,
          arguments: JSON.stringify(step.arguments),
          ...shared,
        }
      : { type: 'custom_tool_call', id: `ctc_${unique}`, name: step.custom, input: step.input, ...shared }
  const empty =
    'call' in step
      ? { ...item, status: 'in_progress', arguments: '' }
      : { ...item, status: 'in_progress', input: '' }
  yield response.event('response.output_item.added', { output_index: response.nextIndex, item: empty })
  yield response.itemDone(item)
}

/** Pieces of `chunk` characters, never through a surrogate pair; without `chunk` one piece per word with the space after it. */
export function cutText(text: string, chunk?: number): readonly string[] {
  if (chunk === undefined) return text.match(/\s*\S+\s?|\s+/g) ?? []
  const characters = Array.from(text)
  const size = Math.max(1, Math.floor(chunk))
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  )
}
