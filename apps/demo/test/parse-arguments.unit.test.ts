import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/parse-arguments.ts'

const START = { kind: 'start', directory: undefined, port: undefined, openPage: true, json: false }

describe('the command line', () => {
  test.each([
    [['start'], START],
    [['start', '--dir', '/code', '--port', '4000'], { ...START, directory: '/code', port: 4000 }],
    [['start', '--dir', '.'], { ...START, directory: '/here' }],
    [['start', '--no-open', '--json'], { ...START, openPage: false, json: true }],
    [['stop'], { kind: 'stop', json: false }],
    [
      ['provision', '0.169.0', '0.142.5', '--json'],
      { kind: 'provision', versions: ['0.169.0', '0.142.5'], json: true },
    ],
    [['--help'], { kind: 'help' }],
    [['start', '-h'], { kind: 'help' }],
  ])('%j is understood', (args, expected) => {
    expect(parseArguments(args, '/here')).toEqual(expected)
  })

  test.each([
    [[]],
    [['run']],
    [['start', 'x']],
    [['start', '--port', '0']],
    [['start', '--port', '65536']],
    [['start', '--port', 'x']],
    [['start', '--port']],
    [['start', '--dir', '']],
    [['start', '--sudo']],
    [['stop', '--dir', '/']],
    [['provision']],
  ])('%j is wrong, in one line', (args) => {
    const parsed = parseArguments(args, '/here')
    expect(parsed).toEqual({ kind: 'wrong', reason: expect.stringMatching(/^[^\n]+$/) })
  })
})
