import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One output item of the Responses API, as far as these tests need it. */
export type ModelItem =
  | { readonly type: 'message'; readonly text: string; readonly deltas?: readonly string[] }
  | { readonly type: 'function_call'; readonly name: string; readonly arguments: object }

export interface ScriptedModel extends AsyncDisposable {
  readonly url: string
  /** What came in, one body per model call. */
  readonly requests: readonly string[]
}

/** A model on loopback that answers its n-th call with the n-th item, and with `done` from then on. */
export async function startScriptedModel(script: readonly ModelItem[]): Promise<ScriptedModel> {
  const requests: string[] = []
  const server = createServer((request, response) => {
    if (request.method !== 'POST') {
      response.setHeader('content-type', 'application/json').end('{"models":[],"data":[]}')
      return
    }
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      requests.push(Buffer.concat(chunks).toString('utf8'))
      answer(response, script[requests.length - 1] ?? { type: 'message', text: 'done' }, requests.length)
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/v1`,
    requests,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function answer(response: ServerResponse, item: ModelItem, call: number): void {
  const id = `r${String(call)}`
  const output =
    item.type === 'message'
      ? {
          type: 'message',
          role: 'assistant',
          id: `m${id}`,
          content: [{ type: 'output_text', text: item.text }],
        }
      : {
          type: 'function_call',
          call_id: `c${id}`,
          name: item.name,
          arguments: JSON.stringify(item.arguments),
        }
  const usage = {
    input_tokens: 1,
    output_tokens: 1,
    total_tokens: 2,
    input_tokens_details: null,
    output_tokens_details: null,
  }
  response.setHeader('content-type', 'text/event-stream')
  for (const event of [
    { type: 'response.created', response: { id } },
    { type: 'response.output_item.added', output_index: 0, item: output },
    ...deltasOf(item).map((delta) => ({
      type: 'response.output_text.delta',
      output_index: 0,
      item_id: `m${id}`,
      delta,
    })),
    { type: 'response.output_item.done', output_index: 0, item: output },
    { type: 'response.completed', response: { id, usage } },
  ]) {
    response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
  }
  response.end()
}

/** What the model says bit by bit: the whole text in one, unless the script cuts it. */
function deltasOf(item: ModelItem): readonly string[] {
  return item.type === 'message' ? (item.deltas ?? [item.text]) : []
}
