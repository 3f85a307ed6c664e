import { openResponsesServer, scriptedModel, toolOutputs } from '@x/responses'

import type { RecordedRequest } from '../src/server/request-log.ts'

/** The README's example, word for word between its first and its last line. */
export async function readmeExample(pointCodexAt: (url: string) => Promise<void>): Promise<RecordedRequest> {
  const model = scriptedModel([
    { when: (request) => toolOutputs(request).length > 0, steps: [{ say: 'It ran.' }] },
    { when: /date/, steps: [{ call: 'exec_command', arguments: { cmd: 'date' } }] },
    { steps: [{ say: 'Ask me for the date.', deltaMs: 20 }] },
  ])
  await using server = await openResponsesServer({ model })
  await pointCodexAt(server.url) // base_url, with wire_api = "responses"
  const request = await server.nextRequest()
  return request
}
