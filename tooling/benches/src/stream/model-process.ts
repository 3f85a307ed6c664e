import { lastUserText, openResponsesServer, scriptedModel, type ModelStep } from '@x/responses'
import { stamp } from './stamps.ts'
import { serve, type Service } from './worker.ts'

export interface ModelService extends Service {
  readonly opening: null
  /** Its address. */
  readonly opened: string
}

/** How often what is due is sent. */
const TICK_MS = 5

// Answers `flood N` with N deltas as fast as they are taken, `paced N R` with N that say when they were sent, R a second.
serve<ModelService>(async () => {
  const server = await openResponsesServer({
    model: scriptedModel([
      {
        when: /^flood \d+$/,
        steps: (request) => [{ flood: { deltas: numbersOf(lastUserText(request))[0] ?? 0 } }],
      },
      {
        when: /^paced \d+ \d+$/,
        steps: (request) => paced(...(numbersOf(lastUserText(request)) as [number, number])),
      },
    ]),
  })
  return { opened: server.url, run: () => Promise.resolve(undefined), close: () => server.close() }
})

function numbersOf(text: string): readonly number[] {
  return [...text.matchAll(/\d+/g)].map(([digits]) => Number(digits))
}

async function* paced(deltas: number, perSecond: number): AsyncGenerator<ModelStep> {
  const at = { item_id: 'msg_paced', output_index: 0, content_index: 0 }
  const message = (content: readonly unknown[], status: string) => ({
    ...{ type: 'message', id: at.item_id, role: 'assistant', status, content },
  })
  yield { event: { type: 'response.output_item.added', output_index: 0, item: message([], 'in_progress') } }
  const startedAt = performance.now()
  let text = ''
  for (let sent = 0; sent < deltas;) {
    const due = Math.min(deltas, Math.floor(((performance.now() - startedAt) * perSecond) / 1000))
    for (; sent < due; sent += 1) {
      const delta = stamp()
      text += delta
      yield { event: { type: 'response.output_text.delta', ...at, delta } }
    }
    if (sent < deltas) await new Promise((resolve) => setTimeout(resolve, TICK_MS))
  }
  const content = [{ type: 'output_text', text, annotations: [] }]
  yield { event: { type: 'response.output_item.done', output_index: 0, item: message(content, 'completed') } }
}
