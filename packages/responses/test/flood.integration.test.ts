import { connect } from 'node:net'

import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, expect, test } from 'vitest'

import type { ModelStep } from '../src/model-step.ts'
import { openResponsesServer } from '../src/open-responses-server.ts'
import { scriptedModel } from '../src/scripted-model.ts'
import { collect, postResponses, readEvents, words } from './post-responses.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const DELTA = 'response.output_text.delta'

/** What comes off the wire, unread, and how long that takes. */
async function download(
  steps: readonly ModelStep[],
): Promise<{ readonly text: string; readonly seconds: number }> {
  await using server = await openResponsesServer({ model: scriptedModel([{ steps }]) })
  const body = JSON.stringify(words('go'))
  const started = performance.now()
  const socket = connect(server.port, '127.0.0.1')
  socket.write(
    `POST /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: ${String(body.length)}\r\n\r\n${body}`,
  )
  const chunks: Buffer[] = []
  for await (const chunk of socket) chunks.push(chunk as Buffer)
  return { text: Buffer.concat(chunks).toString(), seconds: (performance.now() - started) / 1000 }
}

test('a hundred thousand deltas are out in less than two seconds, and none is missing', async () => {
  const { text, seconds } = await download([{ flood: { deltas: 100_000 } }])
  expect(text.split(`event: ${DELTA}\n`)).toHaveLength(100_001)
  expect(100_000 / seconds).toBeGreaterThan(50_000)
})

test('a paced flood keeps its pace', async () => {
  const { text, seconds } = await download([{ flood: { deltas: 2000, perSecond: 4000 } }])
  expect(text.split(`event: ${DELTA}\n`)).toHaveLength(2001)
  expect(seconds).toBeGreaterThan(0.45)
})

test('its events are like all others, numbered without a gap', async () => {
  const model = scriptedModel([{ steps: [{ flood: { deltas: 3, text: 'a"\n' } }, { say: 'b' }] }])
  await using server = await openResponsesServer({ model })
  const events = await collect(readEvents(await postResponses(server.url, words('go'))))
  expect(events.map((event) => event['sequence_number'])).toEqual(events.map((_, index) => index))
  const deltas = events.filter(({ type }) => type === DELTA)
  expect(deltas.map(({ delta }) => delta)).toEqual(['a"\n', 'a"\n', 'a"\n', 'b'])
  expect(deltas[0]).toMatchObject({
    output_index: 0,
    content_index: 0,
    item_id: expect.stringMatching(/^msg_/),
  })
  expect(events.at(-1)).toMatchObject({
    response: { output: [{ content: [{ text: 'a"\n'.repeat(3) }] }, {}] },
  })
})
