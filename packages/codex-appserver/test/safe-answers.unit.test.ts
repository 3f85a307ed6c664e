import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { connect } from '../src/connect.ts'
import { SAFE_ANSWERS } from '../src/safe-answers.ts'
import { playTranscript } from '../src/testing/play-transcript.ts'
import { clientInfo, serverInfo } from './connected-client.ts'

interface Schema {
  readonly definitions: {
    readonly ServerRequest: {
      readonly oneOf: readonly {
        readonly properties: {
          readonly method: { readonly enum: readonly [string] }
          readonly params: { readonly $ref: string }
        }
      }[]
    }
  }
}

function schemaOf(version: string, kind: 'stable' | 'experimental'): Schema {
  const name = `codex_app_server_protocol.${kind === 'stable' ? '' : 'experimental.'}schemas.json`
  return JSON.parse(readFileSync(new URL(`../schema/${version}/${name}`, import.meta.url), 'utf8')) as Schema
}

/** Every request that the server of this dump may send, and the name of the type that answers it. */
function requestsOf(schema: Schema): readonly (readonly [method: string, response: string])[] {
  return schema.definitions.ServerRequest.oneOf.map(({ properties }) => [
    properties.method.enum[0],
    properties.params.$ref.replace(/^.*\//, '').replace(/Params$/, 'Response'),
  ])
}

/** Requests for which there is nothing to say that grants nothing: they are refused by name. */
const REFUSED = ['account/chatgptAuthTokens/refresh', 'attestation/generate']

const dumps = CODEX_VERSIONS.flatMap((version) =>
  (['stable', 'experimental'] as const).map((kind) => ({ version, kind })),
)

describe.each(dumps)('the $kind dump of $version', ({ version, kind }) => {
  const schema = schemaOf(version, kind)
  const ajv = new Ajv({ strict: false, validateFormats: false })
  ajv.addSchema(schema, 'protocol')

  test.each(requestsOf(schema))('allows what is answered to %s', (method, response) => {
    const answer = (SAFE_ANSWERS as Record<string, ((params: object) => unknown) | undefined>)[method]
    expect(answer === undefined).toBe(REFUSED.includes(method))
    if (!answer) return
    const validate = ajv.getSchema(`protocol#/definitions/${response}`)
    expect(validate?.(answer({ tool: 'look_up' })), JSON.stringify(validate?.errors)).toBe(true)
    // The checker is one that refuses.
    expect(validate?.('yes')).toBe(false)
  })
})

// No supported version sends these to a client that starts threads, so there is nothing real to answer.
test.each([
  [
    'execCommandApproval',
    {
      conversationId: 'c',
      callId: '1',
      command: ['ls'],
      cwd: '/',
      parsedCmd: [{ type: 'unknown', cmd: 'ls' }],
    },
  ],
  ['applyPatchApproval', { conversationId: 'c', callId: '1', fileChanges: {} }],
])('a player that sends %s gets the answer', async (method, params) => {
  const header = { transcript: 1, name: method, codex: '0.0.0', about: 'An older approval.' } as const
  await using player = playTranscript(
    {
      header,
      steps: [
        { expect: { id: 1, method: 'initialize', params: { clientInfo } } },
        { emit: { id: 1, result: serverInfo } },
        { expect: { method: 'initialized' } },
        { emit: { id: 7, method, params } },
        { expect: { id: 7, result: { decision: 'timed_out' } } },
      ],
    },
    { compare: 'exact' },
  )
  await using _client = await connect(player.open(), { clientInfo })
  await expect(player.finished).resolves.toBeUndefined()
})
