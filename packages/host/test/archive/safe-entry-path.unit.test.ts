import fc from 'fast-check'
import { expect, test } from 'vitest'
import { safeEntryPath } from '../../src/archive/safe-entry-path.ts'

/** What the rules say, by the parts. */
function byParts(name: string): string | undefined {
  if (name === '' || name.startsWith('/') || name.includes('\0')) return undefined
  const parts = name.split('/').filter((part) => part !== '' && part !== '.')
  return parts.some((part) => part === '..' || part.length > 255) ? undefined : parts.join('/')
}

function attempt(name: string): string | undefined {
  try {
    return safeEntryPath(name, 4_000)
  } catch (error) {
    expect(error).toMatchObject({ code: 'archive-unsafe' })
    return undefined
  }
}

test('a name is clean, or refused, however it is spelt', () => {
  const piece = fc.constantFrom(
    'a',
    '.',
    '..',
    '/',
    './',
    '../',
    '...',
    '\0',
    '.a',
    'n'.repeat(255),
    'n'.repeat(256),
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
      const name = pieces.join('')
      expect(attempt(name)).toBe(byParts(name))
    }),
    { numRuns: 3_000 },
  )
})

test.each([
  ['./', ''],
  ['.', ''],
  ['./a/b/', 'a/b'],
  ['a//./b', 'a/b'],
  ['.../..a/.b', '.../..a/.b'],
])('%s is %s', (name, path) => expect(safeEntryPath(name, 4_000)).toBe(path))
