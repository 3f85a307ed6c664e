import { describe, expect, test } from 'vitest'
import { compareTranscripts } from '../../src/transcript/compare-transcripts.ts'
import type { Entry, Transcript, TranscriptTurn } from '../../src/transcript/transcript.ts'

const asked: Entry = { kind: 'message', clientId: 'm-1', text: 'run: it' }
const ran: Entry = {
  kind: 'command',
  callId: 'c',
  command: 'it',
  result: { status: 'completed', output: 'one\n' },
}
const told: Entry = { kind: 'answer', text: 'It ran.' }

function transcript(entries: readonly Entry[], status: TranscriptTurn['status'] = 'completed'): Transcript {
  return { turns: [{ id: 't', status, entries }] }
}

const recorded = transcript([asked, ran, told])
const counts = (shown: Transcript, truth = recorded): readonly [number, number] => {
  const { lost, repeated } = compareTranscripts(shown, truth)
  return [lost.length, repeated.length]
}

describe('what is shown, beside what was recorded', () => {
  test('is all of it, once, in its order', () => {
    expect(counts(recorded)).toEqual([0, 0])
  })

  test('may end its lines as a terminal does', () => {
    const other: Entry = { ...ran, result: { status: 'completed', output: 'one\r\n' } }
    expect(counts(transcript([asked, other, told]))).toEqual([0, 0])
  })

  test.each([
    ['an answer is missing', transcript([asked, ran])],
    ['a command is missing', transcript([asked, told])],
    ['the order is another one', transcript([asked, told, ran])],
    ['the turn is shown as running', transcript([asked, ran, told], 'in-progress')],
    ['output is missing', transcript([asked, { ...ran, result: { status: 'completed', output: '' } }, told])],
    [
      'a command is shown as running',
      transcript([asked, { kind: 'command', callId: 'c', command: 'it' }, told]),
    ],
  ])('is a loss when %s', (_what, shown) => {
    expect(counts(shown)).toEqual([1, 0])
  })

  test('is a loss when a turn is missing', () => {
    expect(counts({ turns: [] })[0]).toBeGreaterThan(0)
  })

  test.each([
    ['an answer stands there twice', transcript([asked, ran, told, told])],
    ['a command stands there twice', transcript([asked, ran, ran, told])],
    ['an answer was never given', transcript([asked, ran, told, { kind: 'answer', text: 'It' }])],
  ])('is repeated when %s', (_what, shown) => {
    expect(counts(shown)).toEqual([0, 1])
  })

  test('is repeated when one message led to two turns, on both sides', () => {
    const twice: Transcript = {
      turns: [...recorded.turns, { id: 'u', status: 'completed', entries: [asked] }],
    }
    expect(counts(twice, twice)).toEqual([0, 2])
  })

  test('may hold a piece of an answer that was interrupted', () => {
    const piece: Entry = { kind: 'answer', text: 'It' }
    expect(counts(transcript([asked, piece], 'interrupted'), transcript([asked], 'interrupted'))).toEqual([
      0, 0,
    ])
  })
})
