import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/parse-arguments.ts'

const parse = (...args: string[]): unknown => parseArguments(args, ['start'])

describe('the command line of the benches', () => {
  test('names a bench, and what else there is to say', () => {
    expect(parse('start', '--n', '7', '--strict', '--oldest')).toEqual({
      kind: 'run',
      name: 'start',
      n: 7,
      strict: true,
      codex: 'oldest',
    })
    expect(parse('start')).toEqual({
      kind: 'run',
      name: 'start',
      n: undefined,
      strict: false,
      codex: 'newest',
    })
    expect(parse('--', '--list')).toEqual({ kind: 'list' })
  })

  test.each([[[]], [['stop']], [['start', 'start']], [['start', '--n', '4']], [['start', '--what']]])(
    'refuses %j',
    (args) => {
      expect(parse(...args)).toMatchObject({ kind: 'wrong' })
    },
  )
})
