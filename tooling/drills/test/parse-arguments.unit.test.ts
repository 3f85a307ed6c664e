import { describe, expect, test } from 'vitest'
import { parseArguments } from '../src/parse-arguments.ts'

const parse = (...args: string[]): unknown => parseArguments(args, ['one', 'two'])
const everything = { kind: 'run', name: undefined, runs: undefined, seed: undefined, codex: undefined }

describe('the command line of the drills', () => {
  test('names a drill, and what else there is to say', () => {
    expect(parse('two', '--n', '5', '--seed', '17', '--codex', '0.142.5', '--sabotage')).toEqual({
      kind: 'run',
      name: 'two',
      runs: 5,
      quick: false,
      seed: 17,
      codex: '0.142.5',
      sabotage: true,
    })
  })

  test('asks for all of them, quickly', () => {
    expect(parse('--all', '--quick')).toEqual({ ...everything, quick: true, sabotage: false })
  })

  test('passes over the mark that ends the options of the package manager', () => {
    expect(parse('--', '--list')).toEqual({ kind: 'list' })
  })

  test.each([
    [[]],
    [['three']],
    [['one', 'two']],
    [['one', '--all']],
    [['one', '--n', '0']],
    [['one', '--n', 'many']],
    [['one', '--seed', '-1']],
    [['one', '--codex', '0.1.0']],
    [['one', '--what']],
  ])('refuses %j', (args) => {
    expect(parse(...args)).toMatchObject({ kind: 'wrong' })
  })
})
