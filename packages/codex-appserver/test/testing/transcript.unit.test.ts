import { describe, expect, test } from 'vitest'
import { normaliseTranscript } from '../../src/testing/normalise-transcript.ts'
import { createTranscriptRecording } from '../../src/testing/record-transcript.ts'
import {
  parseTranscript,
  renderTranscript,
  type Transcript,
  type TranscriptStep,
} from '../../src/testing/transcript.ts'
import { connect } from '../../src/connect.ts'
import { channelPair } from '../channel-pair.ts'
import { clientInfo, serverInfo, settled } from '../connected-client.ts'

const header = { transcript: 1, name: 'n', codex: '1', about: 'A test.' } as const

function delta(text: string, itemId = 'a', emittedAtMs = 1): TranscriptStep {
  return { emit: { method: 'item/agentMessage/delta', params: { itemId, delta: text }, emittedAtMs } }
}

describe('the file of a transcript', () => {
  test('holds a run of deltas in one line, and gives back every step', () => {
    const steps: TranscriptStep[] = [
      { expect: { id: 1, method: 'x' } },
      delta('one '),
      delta('two '),
      delta('three', 'b'),
      { exit: 'client' },
      { emit: { method: 'y', params: {} }, connection: 2 },
      { ...delta('a'), connection: 2 },
      { ...delta('b'), connection: 2 },
    ]
    const text = renderTranscript({ header, steps })
    expect(text.trimEnd().split('\n').length).toBe(7)
    expect(parseTranscript(text)).toEqual({ header, steps } satisfies Transcript)
  })

  test.each([
    ['', 'a JSON object in line 1'],
    ['{}\n', 'format 1 in line 1'],
    [`${JSON.stringify(header)}\nnonsense\n`, 'a JSON object in line 2'],
    [`${JSON.stringify(header)}\n{"other":1}\n`, 'expect, emit or exit in line 2'],
  ])('is refused when it is none: %j', (text, issue) => {
    expect(() => parseTranscript(text)).toThrow(issue)
  })
})

describe('createTranscriptRecording', () => {
  test('keeps both directions in order, the end, and which connection it was', async () => {
    const recording = createTranscriptRecording()
    const { channel, peer } = channelPair()
    peer.answer = ({ id }) => {
      if (id !== undefined) peer.send({ id, result: serverInfo })
    }
    const client = await connect(recording.record(channel), { clientInfo })
    peer.sendText('nonsense')
    await settled()
    await client.close()
    const other = channelPair()
    recording.record(other.channel).start({ frame: () => undefined, unreadable: () => undefined })
    other.peer.send({ method: 'later', params: {} })
    await settled()
    expect(recording.steps).toEqual([
      { expect: { id: 1, method: 'initialize', params: { clientInfo } } },
      { emit: { id: 1, result: serverInfo } },
      { expect: { method: 'initialized' } },
      { exit: 'client' },
      { emit: { method: 'later', params: {} }, connection: 2 },
    ])
  })
})

describe('createTranscriptRecording of what comes all at once', () => {
  test("has the client's answer right behind what it answers", async () => {
    const recording = createTranscriptRecording()
    const { channel, peer } = channelPair()
    peer.answer = ({ id }) => {
      if (id === undefined) return
      peer.send({ id, result: serverInfo })
      peer.send({ method: 'warning', params: {} })
    }
    const client = await connect(recording.record(channel), { clientInfo })
    peer.send({ method: 'last', params: {} })
    await client.close()
    const methods = recording.steps.map((step) =>
      'exit' in step ? step.exit : 'emit' in step ? (step.emit['method'] ?? 'result') : step.expect['method'],
    )
    expect(methods).toEqual(['initialize', 'result', 'initialized', 'warning', 'last', 'client'])
  })
})

describe('normaliseTranscript', () => {
  test('leaves nothing of the machine and the moment', () => {
    const steps: TranscriptStep[] = [
      {
        emit: {
          method: 'm',
          emittedAtMs: 1_801_234_567_890,
          params: {
            thread: '01a2b3c4-d5e6-7abc-8def-0123456789ab',
            again: 'rollout-2026-11-21T10-11-12-01a2b3c4-d5e6-7abc-8def-0123456789ab.jsonl',
            turn: '01a2b3c4-d5e6-7abc-8def-0123456789ac',
            cwd: '/scratch/x1/work/file',
            path: '/scratch/x1/sessions/2026/11/21/rollout',
            server: { serverName: 'laptop', installationId: '1' },
            serverName: 'asker',
            home: '/scratch/x1',
            url: 'http://127.0.0.1:41234/v1',
            item: 'msg_68f0aa11bb22cc33',
            createdAt: 1_801_234_567,
            durationMs: 87,
            processId: '40321',
            userAgent: 'x/1 (Debian 12.0.0; x86_64) y',
            accessToken: 'abc',
            text: 'key sk-abcdefghijk',
            tokens: 12,
            ok: [true, null],
          },
        },
      },
    ]
    const replace = { '/scratch/x1': '/home/person', '/scratch/x1/work': '/home/person/work' }
    const normal = normaliseTranscript(steps, { replace })
    expect(normal).toEqual([
      {
        emit: {
          method: 'm',
          emittedAtMs: 1_767_225_600_000,
          params: {
            thread: '00000000-0000-7000-8000-000000000001',
            again: 'rollout-2026-01-01T00:00:00-00000000-0000-7000-8000-000000000001.jsonl',
            turn: '00000000-0000-7000-8000-000000000002',
            cwd: '/home/person/work/file',
            path: '/home/person/sessions/2026/01/01/rollout',
            server: { serverName: 'machine', installationId: '1' },
            serverName: 'asker',
            home: '/home/person',
            url: 'http://127.0.0.1:1/v1',
            item: 'msg_000000000001',
            createdAt: 1_767_225_600,
            durationMs: 1,
            processId: '1',
            userAgent: 'x/1 (Linux; x86_64) y',
            accessToken: '[removed]',
            text: 'key [removed]',
            tokens: 12,
            ok: [true, null],
          },
        },
      },
    ])
    expect(normaliseTranscript(normal, { replace })).toEqual(normal)
  })
})
