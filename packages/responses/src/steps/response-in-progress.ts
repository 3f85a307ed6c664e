import { randomUUID } from 'node:crypto'

import type { ModelEvent } from '../model-step.ts'
import type { ModelRequest } from '../model-request.ts'
import { estimateUsage } from '../server/estimate-usage.ts'
import type { FailStep } from './fail.ts'
import type { UsageFigures } from './usage.ts'

/** What playing a step asks of the connection: an event or a text to send, or the end, broken or in order. */
export type Played =
  | { readonly event: ModelEvent }
  | { readonly text: string }
  | { readonly drop: true }
  | { readonly end: true }

/** A JSON object of the wire. */
export type WireObject = Readonly<Record<string, unknown>>

/** Numbers the events of one response and collects its items. */
export class ResponseInProgress {
  readonly request: ModelRequest
  /** What the script said of its tokens so far; the rest is estimated. */
  usage: UsageFigures = {}
  readonly #id = newId('resp')
  readonly #createdAt = Math.floor(Date.now() / 1000)
  readonly #output: WireObject[] = []
  #sequence = 0

  constructor(request: ModelRequest) {
    this.request = request
  }

  get nextIndex(): number {
    return this.#output.length
  }

  /** The number of the next event, for who encodes events on its own. */
  takeSequence(): number {
    return this.#sequence++
  }

  event(type: string, fields: WireObject): Played {
    return { event: { type, sequence_number: this.#sequence++, ...fields } }
  }

  itemAdded(item: WireObject): Played {
    return this.event('response.output_item.added', { output_index: this.#output.length, item })
  }

  itemDone(item: WireObject): Played {
    this.#output.push(item)
    return this.event('response.output_item.done', { output_index: this.#output.length - 1, item })
  }

  created(): Played {
    return this.event('response.created', { response: this.#snapshot('in_progress') })
  }

  completed(): Played {
    return this.event('response.completed', { response: this.#snapshot('completed') })
  }

  failed({
    code = 'server_error',
    message = 'The scripted model failed because it was told to.',
    ...rest
  }: FailStep): Played {
    const error = { code, message, ...(rest.type === undefined ? {} : { type: rest.type }) }
    return this.event('response.failed', { response: { ...this.#snapshot('failed'), error } })
  }

  #snapshot(status: 'in_progress' | 'completed' | 'failed'): WireObject {
    return {
      id: this.#id,
      object: 'response',
      created_at: this.#createdAt,
      status,
      model: this.request.model,
      output: [...this.#output],
      error: null,
      usage: status === 'completed' ? estimateUsage(this.request, this.#output, this.usage) : null,
    }
  }
}

/** A fresh id in the API's spelling, such as `msg_…`. */
export function newId(prefix: string): string {
  return `${prefix}_${randomUUID().replaceAll('-', '')}`
}
