import fc from 'fast-check'
import { expect, test } from 'vitest'
import { renderContentDisposition } from '../../src/files/content-disposition.ts'
import { numberedName, uploadName } from '../../src/files/upload-name.ts'

test.each([
  ['report.md', 'report.md'],
  ['C:\\Users\\ada\\my report.md', 'my report.md'],
  ['../../etc/passwd', 'passwd'],
  ['.ssh', 'ssh'],
  ['-rf', 'rf'],
  ['U\u0308ber\u202Egnp.exe', 'Übergnp.exe'],
  ['a\nDONE', 'aDONE'],
  [`${'ü'.repeat(200)}.tar.gz`, `${'ü'.repeat(122)}.gz`],
])('%j is kept as %j', (given, name) => {
  expect(uploadName(given)).toBe(name)
})

test.each(['', '.', '..', '/', '../', ' \u0000 ', '---'])('%j is no name', (given) => {
  expect(() => uploadName(given)).toThrow(TypeError)
})

const PIECES = [
  '/',
  '\\',
  '.',
  '-',
  ' ',
  '\n',
  '\0',
  '\u202e',
  '\u2028',
  'ü',
  '👩',
  '\ud800',
  'a',
  '"',
  '%',
  "'",
]
const NAMES = fc
  .array(fc.oneof(fc.constantFrom(...PIECES), fc.string({ maxLength: 3 })), { maxLength: 150 })
  .map((pieces) => pieces.join(''))

test('whatever a file is called, its name is one name', () => {
  fc.assert(
    fc.property(NAMES, fc.integer({ min: 1, max: 1_000 }), (given, n) => {
      let name: string
      try {
        name = uploadName(given)
      } catch (error) {
        expect(error).toBeInstanceOf(TypeError)
        return
      }
      const numbered = numberedName(name, n)
      expect(numbered).not.toMatch(/[/\\\p{Cc}]|^\.|^-|^$/u)
      expect(Buffer.byteLength(numbered)).toBeLessThanOrEqual(255)
      expect(renderContentDisposition(name)).toMatch(
        /^attachment; filename="[\x20-\x7e]*"; filename\*=UTF-8''[\w.!~%+&$#^`|-]+$/,
      )
    }),
    { numRuns: 100 },
  )
})

test('a number comes before the ending', () => {
  expect(numberedName('report.md', 1)).toBe('report.md')
  expect(numberedName('report.md', 2)).toBe('report (2).md')
  expect(numberedName('Makefile', 3)).toBe('Makefile (3)')
})

test('browsers old and new find a name', () => {
  expect(renderContentDisposition('a "b" ü\r\n.md')).toBe(
    `attachment; filename="a _b_ ___.md"; filename*=UTF-8''a%20%22b%22%20%C3%BC__.md`,
  )
})
