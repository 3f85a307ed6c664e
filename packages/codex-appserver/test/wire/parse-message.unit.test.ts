import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { ProtocolError } from '../../src/errors.ts'
import { parseMessage } from '../../src/wire/parse-message.ts'

describe('parseMessage', () => {
  test.each([
    [
      '{"method":"turn/started","params":{"a":1},"emittedAtMs":5,"new":true}',
      {
        kind: 'notification',
        notification: { method: 'turn/started', params: { a: 1 }, emittedAtMs: 5, new: true },
      },
    ],
    ['{"id":"a","method":"ask","params":{}}', { kind: 'request', id: 'a', method: 'ask', params: {} }],
    ['{"id":0,"method":"ask"}', { kind: 'request', id: 0, method: 'ask', params: undefined }],
    ['{"id":1,"result":null}', { kind: 'result', id: 1, result: null }],
    ['{"id":1,"error":null,"result":{}}', { kind: 'result', id: 1, result: {} }],
    [
      '{"id":1,"error":{"code":-32600,"message":"no","data":{"x":1}}}',
      { kind: 'error', id: 1, error: { code: -32600, message: 'no', data: { x: 1 } } },
    ],
  ])('%s', (text, expected) => {
    expect(parseMessage(text)).toEqual(expected)
  })

  test.each([
    ['', 'not JSON'],
    ['{"id":1', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['{}', 'neither a method nor an id'],
    ['{"id":null,"method":"ask"}', 'a request whose id is neither string nor number'],
    ['{"id":1}', 'a response with neither result nor error'],
    ['{"id":1,"error":"no"}', 'an error without code or message'],
  ])('refuses %s', (text, issue) => {
    expect(() => parseMessage(text)).toThrow(expect.objectContaining({ code: 'protocol', issues: [issue] }))
  })

  test('throws nothing else, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.json(),
          fc.object().map((value) => JSON.stringify(value)),
        ),
        (text) => {
          try {
            expect(parseMessage(text).kind).toMatch(/^(notification|request|result|error)$/)
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        },
      ),
    )
  })
})
