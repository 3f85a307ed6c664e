import fc from 'fast-check'
import { cpuTime } from '@x/vitest/cpu-time'
import { describe, expect, test } from 'vitest'
import { readAnsiLine, styleAfter } from '../../../src/text/ansi/ansi-line.ts'
import { applySgr, PLAIN } from '../../../src/text/ansi/sgr-style.ts'

const ESC = '\u001b'
const words = (line: string) =>
  readAnsiLine(line)
    .map(({ text }) => text)
    .join('')

describe('colours and weights', () => {
  test.each([
    ['31', { colour: 1 }],
    ['1;4;32', { bold: true, underline: true, colour: 2 }],
    ['97', { colour: 15 }],
    ['41', { background: 1 }],
    ['104', { background: 12 }],
    ['38;5;9', { colour: 9 }],
    ['38;5;196', { colour: 9 }],
    ['38;5;255', { colour: 7 }],
    ['38;2;250;5;5', { colour: 9 }],
    ['48:2:0:0:0', { background: 0 }],
    ['38;5;999', {}],
    ['38;7;1', {}],
    ['73;200', {}],
  ])('%s', (codes, style) => {
    expect(applySgr(PLAIN, codes)).toEqual(style)
  })

  test('end by what ends them', () => {
    const all = applySgr(PLAIN, '1;2;3;4;7;9;31;42')
    expect(applySgr(all, '22;23;24;27;29;39;49')).toEqual(PLAIN)
    expect(applySgr(all, '')).toEqual(PLAIN)
  })

  test('make spans, and go on over the end of a line', () => {
    const line = `plain ${ESC}[1;31mred ${ESC}[39mbold`
    expect(readAnsiLine(line)).toEqual([
      { text: 'plain ', style: {} },
      { text: 'red ', style: { bold: true, colour: 1 } },
      { text: 'bold', style: { bold: true } },
    ])
    expect(styleAfter(line, PLAIN)).toEqual({ bold: true })
    expect(readAnsiLine('next', { bold: true })).toEqual([{ text: 'next', style: { bold: true } }])
  })
})

describe('everything else is inert', () => {
  test.each([
    ['a title', `${ESC}]0;owned\u0007text`, 'text'],
    ['a link', `${ESC}]8;;javascript:alert(1)${ESC}\\text${ESC}]8;;${ESC}\\`, 'text'],
    ['a cleared screen', `${ESC}[2J${ESC}[Htext`, 'text'],
    ['an image', `${ESC}P1;2qdata${ESC}\\text`, 'text'],
    ['a bell and an escape at the end', `te\u0007xt${ESC}`, 'text'],
    ['half a sequence at the end', `text${ESC}[3`, 'text'],
    ['eight-bit controls', `\u009b31mtext\u009d0;x\u0007`, 'text'],
    ['a line that is written over', `10 %\r50 %\rdone`, 'done'],
    ['backspaces', `tesx\b\bxt`, 'text'],
  ])('%s', (_name, line, text) => {
    expect(words(line)).toBe(text)
  })

  test('a line keeps no control character but tab', () => {
    const marks = fc.constantFrom(
      ESC,
      '[',
      ']',
      '3',
      '1',
      ';',
      'm',
      'x',
      '\u0007',
      '\r',
      '\b',
      '\u009b',
      '\u0000',
      '\t',
    )
    fc.assert(
      fc.property(fc.string({ unit: marks, maxLength: 60 }), (line) => {
        expect(words(line)).not.toMatch(/(?!\t)\p{Cc}/u)
      }),
    )
  })

  test('a hundred thousand marks are read at once', () => {
    const lines = [`${ESC}]`.repeat(50_000), `${ESC}[`.repeat(50_000), `a${ESC}[31m`.repeat(20_000)]
    expect(cpuTime(() => lines.forEach((line) => readAnsiLine(line)))).toBeLessThan(2_000)
  })
})
