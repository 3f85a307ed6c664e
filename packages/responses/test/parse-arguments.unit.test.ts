import { expect, test } from 'vitest'

import { parseArguments } from '../src/parse-arguments.ts'

test('all options', () => {
  expect(
    parseArguments(['--port', '4100', '--record', 'r.json', '--api-key-file', 'key', '--script', 's.json']),
  ).toEqual({
    kind: 'serve',
    port: 4100,
    record: 'r.json',
    apiKeyFile: 'key',
    script: 's.json',
  })
})

test('help wins', () => {
  expect(parseArguments(['--help', '--port', 'x'])).toEqual({ kind: 'help' })
})

test.each([
  [[], '--port'],
  [['--port', '-1', '--record', 'r'], '--port'],
  [['--port', '70000', '--record', 'r'], '--port'],
  [['--port', '1e3', '--record', 'r'], '--port'],
  [['--port', '0'], '--record'],
  [['--port', '0', '--record', ''], '--record'],
  [['--port', '0', '--record', 'r', '--api-key-file', ''], '--api-key-file'],
  [['--port', '0', '--record', 'r', '--script', ''], '--script'],
  [['--port', '0', '--record', 'r', '--loud'], '--loud'],
  [['--port', '0', '--record', 'r', 'more'], 'more'],
])('%j is wrong at %s', (args, named) => {
  expect(parseArguments(args)).toMatchObject({
    kind: 'wrong',
    reason: expect.stringContaining(named) as unknown,
  })
})
