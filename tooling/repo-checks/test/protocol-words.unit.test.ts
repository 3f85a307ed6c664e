import { AMBIGUOUS_NOUNS, WIRE_NOUNS } from '@x/lint/wire-words'
import { expect, test } from 'vitest'
import { readText } from '../src/workspace.ts'

test('every method of the protocol is recognised by its first word, or is known to be ambiguous', () => {
  const table = readText('packages/codex-appserver/src/_generated/methods.ts')
  const nouns = new Set(
    [...table.matchAll(/'([a-z][A-Za-z]*)\/[a-z][A-Za-z/]*'/g)].map((match) => match[1] ?? ''),
  )
  expect(nouns.size).toBeGreaterThan(20)
  const known = [...WIRE_NOUNS, ...AMBIGUOUS_NOUNS]
  expect([...nouns].filter((noun) => !known.includes(noun))).toEqual([])
})
