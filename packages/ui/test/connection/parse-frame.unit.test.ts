import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { emptyConversation } from '@x/agents/conversation'
import type { ConversationState, FeedFrame } from '@x/agents/conversation'
import { parseFrame } from '../../src/connection/parse-frame.ts'

const STATE: ConversationState = {
  ...emptyConversation('thread', '/work'),
  turns: [
    {
      id: 't',
      status: 'in-progress',
      items: [
        { id: 'm', phase: 'open', type: 'agent-message', text: 'hello' },
        {
          id: 'c',
          phase: 'open',
          type: 'command',
          command: 'ls',
          cwd: '/work',
          status: 'running',
          output: '',
          outputDropped: 0,
        },
      ],
    },
  ],
}
const SNAPSHOT: FeedFrame = { type: 'snapshot', epoch: 'e', seq: 3, state: STATE }

function parse(value: unknown): FeedFrame | undefined {
  return parseFrame(JSON.stringify(value))
}

describe('parseFrame', () => {
  test('gives back a snapshot and events as they were sent', () => {
    const events: FeedFrame = {
      type: 'events',
      epoch: 'e',
      seq: 4,
      events: [
        { type: 'item-delta', turnId: 't', itemId: 'm', kind: 'agent-message', text: ' you' },
        { type: 'turn-ended', turnId: 't', status: 'completed' },
        { type: 'link-changed', link: { state: 'live' } },
      ],
    }
    expect(parse(SNAPSHOT)).toEqual(SNAPSHOT)
    expect(parse(events)).toEqual(events)
  })

  test('an item of an unknown kind is said by its name', () => {
    const frame = parse({
      type: 'events',
      epoch: 'e',
      seq: 1,
      events: [
        { type: 'item-started', turnId: 't', item: { id: 'x', phase: 'open', type: 'dance', steps: 3 } },
      ],
    })
    expect(frame).toMatchObject({
      events: [{ item: { id: 'x', phase: 'open', type: 'other', kind: 'dance', text: '' } }],
    })
  })

  test.each([
    ['no JSON', '{'],
    ['no object', '[]'],
    ['no epoch', JSON.stringify({ ...SNAPSHOT, epoch: undefined })],
    ['a sequence that is no number', JSON.stringify({ ...SNAPSHOT, seq: '3' })],
    ['an unknown type', JSON.stringify({ ...SNAPSHOT, type: 'picture' })],
    ['no turns', JSON.stringify({ ...SNAPSHOT, state: { ...STATE, turns: undefined } })],
    [
      'a delta without text',
      JSON.stringify({ type: 'events', epoch: 'e', seq: 1, events: [{ type: 'item-delta' }] }),
    ],
    [
      'a message without text',
      JSON.stringify({
        type: 'events',
        epoch: 'e',
        seq: 1,
        events: [
          { type: 'item-started', turnId: 't', item: { id: 'm', phase: 'open', type: 'agent-message' } },
        ],
      }),
    ],
  ])('refuses %s', (_what, text) => {
    expect(parseFrame(text)).toBeUndefined()
  })

  test('never throws, whatever it is given', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const frame = parseFrame(text)
        expect([undefined, 'snapshot', 'events']).toContain(frame?.type)
      }),
    )
    fc.assert(
      fc.property(fc.jsonValue(), fc.constantFrom('state', 'events'), (value, name) => {
        const text = JSON.stringify({
          type: name === 'state' ? 'snapshot' : 'events',
          epoch: 'e',
          seq: 1,
          [name]: value,
        })
        expect(() => parseFrame(text)).not.toThrow()
      }),
    )
  })
})
