import { describe, expect, test } from 'vitest'
import { connect } from '../../src/connect.ts'
import { playTranscript, TranscriptMismatchError } from '../../src/testing/play-transcript.ts'
import type { Transcript, TranscriptStep } from '../../src/testing/transcript.ts'
import { clientInfo, serverInfo, settled } from '../connected-client.ts'
import { approvalParams } from '../samples.ts'

const approval = 'item/commandExecution/requestApproval'

const greeting: readonly TranscriptStep[] = [
  { expect: { id: 70, method: 'initialize', params: { clientInfo } } },
  { emit: { id: 70, result: serverInfo } },
  { expect: { method: 'initialized' } },
]

function transcript(...steps: readonly TranscriptStep[]): Transcript {
  return {
    header: { transcript: 1, name: 'asked', codex: '0.0.1', about: 'A test.' },
    steps: [...greeting, ...steps],
  }
}

/** Recorded: a list, then a request of the server that was declined. */
const asked = transcript(
  { expect: { id: 71, method: 'thread/loaded/list', params: { limit: 3 } } },
  { emit: { id: 71, result: { data: ['t'] } } },
  { emit: { id: 5, method: approval, params: approvalParams } },
  { expect: { id: 5, result: { decision: 'decline' } } },
  { exit: 'client' },
)

async function mismatch(promise: Promise<unknown>): Promise<TranscriptMismatchError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  expect(error).toBeInstanceOf(TranscriptMismatchError)
  return error as TranscriptMismatchError
}

describe('playTranscript', () => {
  test('plays the server to a client that does what was recorded, under other numbers', async () => {
    const player = playTranscript(asked, { compare: 'exact' })
    const client = await connect(player.open(), { clientInfo })
    expect(await client.request('thread/loaded/list', { limit: 3 })).toEqual({ data: ['t'] })
    await settled()
    await client.close()
    await player.finished
    await player.close()
  })

  test('takes other values of the same types for the same shape, and not when told to be exact', async () => {
    for (const compare of ['shape', 'exact'] as const) {
      const player = playTranscript(asked, { compare })
      const client = await connect(player.open(), { clientInfo })
      const answer = client.request('thread/loaded/list', { limit: 4 })
      if (compare === 'shape') {
        expect(await answer).toEqual({ data: ['t'] })
        await settled()
        await client.close()
        await player.close()
      } else {
        await expect(answer).rejects.toThrow('params.limit: expected 3, got 4')
        await mismatch(player.close())
      }
    }
  })

  test('refuses another shape, with both messages', async () => {
    const player = playTranscript(asked)
    const client = await connect(player.open(), { clientInfo })
    await expect(client.requestUntyped('thread/loaded/list', { limit: 'x', more: 1 })).rejects.toThrow(
      'asked of 0.0.1, step 4',
    )
    const error = await mismatch(player.finished)
    expect(error.step).toBe(4)
    expect(error.message).toContain('params.limit: expected 3, got "x"')
    expect(error.message).toContain('params.more: expected nothing, got 1')
    expect(error.message).toMatch(/recorded .*"limit":3.*\n.*came .*"limit":"x"/)
    await mismatch(player.close())
  })

  test('refuses another order, another answer, and whatever comes after the end', async () => {
    const order = playTranscript(asked)
    const early = await connect(order.open(), { clientInfo })
    await expect(early.request('thread/list', {})).rejects.toThrow('expected request thread/loaded/list')
    await mismatch(order.close())

    const answered = playTranscript(asked)
    const lenient = await connect(answered.open(), { clientInfo })
    lenient.onRequest(approval, () => ({ decision: 'accept' }))
    await lenient.request('thread/loaded/list', { limit: 3 })
    expect((await mismatch(answered.finished)).message).toContain('result.decision: expected "decline"')
    await mismatch(answered.close())

    const over = playTranscript(transcript())
    const eager = await connect(over.open(), { clientInfo })
    await over.finished
    await expect(eager.request('thread/loaded/list', {})).rejects.toThrow('the transcript is over')
    await mismatch(over.close())
  })

  test('fails on leftovers, and when the client leaves too early', async () => {
    const left = playTranscript(asked)
    await connect(left.open(), { clientInfo })
    expect((await mismatch(left.close())).message).toMatch(/4 steps are left over.*\n.*thread\/loaded\/list/)

    const gone = playTranscript(asked)
    await (await connect(gone.open(), { clientInfo })).close()
    expect((await mismatch(gone.finished)).message).toContain(
      'left before it sent request thread/loaded/list',
    )
    await mismatch(gone.close())
  })

  test('plays several connections in the order of the recording, and the end of one by the server', async () => {
    const two = transcript(
      { exit: 'client' },
      ...greeting.map((step) => ({ ...step, connection: 2 })),
      { emit: { method: 'thread/closed', params: { threadId: 't' } }, connection: 2 },
      { exit: 'server', connection: 2 },
    )
    const player = playTranscript(two)
    const first = await connect(player.open(), { clientInfo })
    await first.close()
    const second = await connect(player.open(), { clientInfo })
    expect(await second.closed).toMatchObject({ reason: 'closed-by-peer' })
    await player.finished
    await player.close()
  })
})
