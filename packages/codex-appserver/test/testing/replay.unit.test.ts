import { readdirSync } from 'node:fs'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import type { AppServerClient } from '../../src/client.ts'
import { connect, type ConnectOptions } from '../../src/connect.ts'
import type { ProtocolError } from '../../src/errors.ts'
import type { ServerRequestMethod } from '../../src/method-types.ts'
import { SERVER_REQUEST_METHODS } from '../../src/_generated/methods.ts'
import { playTranscript } from '../../src/testing/play-transcript.ts'
import type { Transcript, WireMessage } from '../../src/testing/transcript.ts'
import { settled } from '../connected-client.ts'
import { recorded } from '../recorded.ts'

const names = readdirSync(new URL('../../../../tooling/transcripts/recorded/0.169.0/', import.meta.url)).map(
  (file) => file.replace('.jsonl', ''),
)

/** Says through our client, step by step, what the recorded one said; returns what was not the protocol. */
async function sayAgain(transcript: Transcript): Promise<readonly ProtocolError[]> {
  const errors: ProtocolError[] = []
  const answers = new Map<unknown, WireMessage>()
  for (const step of transcript.steps)
    if ('expect' in step && step.expect['method'] === undefined) answers.set(step.expect['id'], step.expect)
  await using player = playTranscript(transcript, { compare: 'exact' })
  const clients = new Map<number, AppServerClient>()
  for (const step of transcript.steps) {
    const number = step.connection ?? 1
    if ('exit' in step && step.exit === 'client') await clients.get(number)?.close()
    if (!('expect' in step)) continue
    const { method, params, id } = step.expect as { method?: string; params?: unknown; id?: unknown }
    if (method === 'initialize') {
      const options = {
        ...(params as ConnectOptions),
        onProtocolError: (error: ProtocolError) => errors.push(error),
      }
      const client = await connect(player.open(), options)
      for (const request of SERVER_REQUEST_METHODS) answerAs(client, request, answers)
      clients.set(number, client)
    } else if (method !== undefined && id !== undefined) {
      await settled()
      void clients
        .get(number)
        ?.request(method as 'thread/start', params as object, { timeoutMs: Infinity })
        .catch((error: unknown) => {
          // A request that its client did not wait for to be answered.
          expect(error).toHaveProperty('code', 'connection-closed')
        })
    }
    await settled()
  }
  await player.finished
  return errors
}

function answerAs(
  client: AppServerClient,
  method: ServerRequestMethod,
  answers: ReadonlyMap<unknown, WireMessage>,
): void {
  client.onRequest(method, (_params, { requestId }) => answers.get(requestId)?.['result'] as never)
}

describe.each(CODEX_VERSIONS)('what codex %s said', (version) => {
  test.each(names)(
    'in %s is the protocol to the letter, and our client can say its part again',
    async (name) => {
      expect(await sayAgain(recorded(version, name))).toEqual([])
    },
  )
})
