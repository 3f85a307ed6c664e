import { describe, expect, test } from 'vitest'

import { lastUserText, toolOutputs, userTexts } from '../src/read-request.ts'
import { call, FIXTURES, mustParse, output, readFixture, requestWith, user } from './read-fixture.ts'

describe.each(FIXTURES)('a request of %s', (name) => {
  test('holds only the words of the person, not the notes of Codex', () => {
    expect(userTexts(mustParse(readFixture(name)))).toEqual(['please do'])
  })

  test('tells what came back since the newest message', () => {
    const request = requestWith(
      name,
      user('one'),
      call('a', 'ls'),
      output('a', 'old'),
      user('two'),
      call('b', 'pwd'),
      output('b', 'new'),
    )
    expect(lastUserText(request)).toBe('two')
    expect(toolOutputs(request)).toEqual([
      {
        call: { type: 'call', callId: 'b', name: 'exec_command', arguments: '{"cmd":"pwd"}' },
        callId: 'b',
        text: 'new',
      },
    ])
  })
})

test('a message that is half note, half words counts with its words', () => {
  const request = requestWith('codex-0.142.5', user('<environment_context>\n</environment_context>', 'words'))
  expect(userTexts(request)).toEqual(['words'])
})

test('a lone image is a message without words', () => {
  const image = {
    type: 'message',
    role: 'user',
    content: [{ type: 'input_image', image_url: 'data:image/png;base64,' }],
  }
  expect(userTexts(requestWith('codex-0.169.0', user('one'), image))).toEqual(['one', ''])
})

test('nobody said anything yet', () => {
  const request = requestWith('codex-0.169.0')
  expect(lastUserText(request)).toBe('')
  expect(toolOutputs(request)).toEqual([])
})

test('an output whose call was cut off has none', () => {
  expect(toolOutputs(requestWith('codex-0.169.0', user('go'), output('lost', 'x')))).toEqual([
    { call: undefined, callId: 'lost', text: 'x' },
  ])
})
