import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readOutputLines, shownCount } from '../../../src/text/ansi/output-lines.ts'
import type { OutputLines } from '../../../src/text/ansi/output-lines.ts'

const shown = (read: OutputLines) => read.lines.slice(0, read.count).map(({ raw, style }) => ({ raw, style }))

describe('readOutputLines', () => {
  test('a last line that is empty is none', () => {
    expect(['', 'a', 'a\n', 'a\n\n', 'a\nb'].map((output) => shownCount(readOutputLines(output, 0)))).toEqual(
      [0, 1, 1, 2, 2],
    )
  })

  test('the first line is left out where its beginning is missing', () => {
    expect(shown(readOutputLines('rest of it\nwhole', 10)).map(({ raw }) => raw)).toEqual(['whole'])
  })

  test('piece by piece it is what it is as a whole', () => {
    const pieces = fc.array(fc.constantFrom('a', 'bc', '\n', '\u001b[31m', '\u001b[', '0m', '\r\n', ''), {
      maxLength: 30,
    })
    fc.assert(
      fc.property(pieces, (all) => {
        let output = ''
        let read: OutputLines | undefined
        for (const piece of all) {
          output += piece
          read = readOutputLines(output, 0, read)
        }
        expect(read ? shown(read) : []).toEqual(shown(readOutputLines(output, 0)))
      }),
    )
  })
})
