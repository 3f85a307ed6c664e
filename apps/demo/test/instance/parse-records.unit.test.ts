import { ControlCommandError } from '@x/runner/http'
import { expect, test } from 'vitest'
import {
  parseCookies,
  parseControlCommand,
  parseInstanceRecord,
  parseListening,
  parsePorts,
  parseTitles,
} from '../../src/instance/parse-records.ts'

test.each(['', '{', 'null', '[]', '7', '{"page":0}', '{"page":"x"}'])(
  'the damaged file %j is as good as none',
  (text) => {
    expect([parsePorts(text), parseInstanceRecord(text), parseListening(text)]).toEqual([
      {},
      undefined,
      undefined,
    ])
    expect([parseCookies(text), parseTitles(text)]).toEqual([[], []])
  },
)

test('what was written is read', () => {
  const instance = { pid: 7, startTime: '1', bootId: 'b', port: 4000, secret: 's', startedAt: 1 }
  expect(parseInstanceRecord(JSON.stringify(instance))).toEqual(instance)
  expect(parsePorts('{"page":4000,"model":4001}')).toEqual({ page: 4000, model: 4001 })
  expect(parseListening('{"port":4001,"pid":8,"url":"u"}')).toEqual({ port: 4001, pid: 8 })
  expect(parseCookies('[{"hash":"a","expiresAt":1}]')).toEqual([{ hash: 'a', expiresAt: 1 }])
  expect(parseCookies('["a"]')).toEqual([])
  expect(parseTitles('[["s-1","hello"]]')).toEqual([['s-1', 'hello']])
})

test.each([null, {}, { directory: 'relative' }, { directory: '/a', run: 'x' }])(
  'the command %j is refused',
  (command) => {
    expect(() => parseControlCommand(command)).toThrow(ControlCommandError)
  },
)
