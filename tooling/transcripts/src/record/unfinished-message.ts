import type { ModelStep } from '@x/responses'

const ID = 'msg_unfinished0001'

/** The beginning of a message: its item, and `text` word by word. */
export function* beginMessage(text: string): Generator<ModelStep> {
  yield event('response.output_item.added', { item: message('in_progress', []) })
  yield* moreOfMessage(text)
}

/** More of the message that was begun. */
export function* moreOfMessage(text: string): Generator<ModelStep> {
  for (const delta of text.match(/\S+\s*/g) ?? [])
    yield event('response.output_text.delta', { item_id: ID, content_index: 0, delta })
}

/** The end of the message that was begun; `text` is all of it. */
export function endMessage(text: string): ModelStep {
  const content = [{ type: 'output_text', text, annotations: [] }]
  return event('response.output_item.done', { item: message('completed', content) })
}

function message(status: string, content: readonly object[]): object {
  return { type: 'message', id: ID, role: 'assistant', status, content }
}

function event(type: string, fields: object): ModelStep {
  return { event: { type, output_index: 0, ...fields } }
}
