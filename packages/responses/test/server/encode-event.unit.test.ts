import { expect, test } from 'vitest'

import { encodeEvent } from '../../src/server/encode-event.ts'

test('an event is a name, one line of data and an empty line', () => {
  expect(encodeEvent({ type: 'response.output_text.delta', delta: 'a\nb\r\n\u2028' })).toBe(
    'event: response.output_text.delta\ndata: {"type":"response.output_text.delta","delta":"a\\nb\\r\\n\u2028"}\n\n',
  )
})

test('a name cannot begin a line of its own', () => {
  expect(encodeEvent({ type: 'a\ndata: forged' }).split('\n')[0]).toBe('event: a data: forged')
})
