import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { stripAnsi } from '../../src/text/strip-ansi.ts'

const ESC = '\u001b'

describe('stripAnsi', () => {
  test.each([
    ['colours', `${ESC}[1;31mred${ESC}[0m plain`, 'red plain'],
    ['8-bit CSI', '\u009b31mred', 'red'],
    ['cursor and erase', `${ESC}[2K${ESC}[1Gdone`, 'done'],
    ['private modes', `${ESC}[?25lhidden${ESC}[?25h`, 'hidden'],
    ['a title ended by BEL', `${ESC}]0;title\u0007text`, 'text'],
    ['a link ended by ST', `${ESC}]8;;https://e.com${ESC}\\link${ESC}]8;;${ESC}\\`, 'link'],
    ['a device string', `${ESC}Pq#0;2${ESC}\\text`, 'text'],
    ['character sets and resets', `${ESC}(Bx${ESC}cy${ESC}7z`, 'xyz'],
    ['other controls', 'a\u0000b\u0007c\u007fd', 'abcd'],
    ['tabs and line ends', 'a\tb\r\nc\r\r\nd\n', 'a\tb\nc\nd\n'],
    ['a progress bar', '10 %\r50 %\r100 %\nend', '100 %\nend'],
    ['a shorter line written over a longer one', 'loading\rok', 'okading'],
    ['backspaces', 'abc\b\bXY', 'aXY'],
  ])('%s', (_what, text, plain) => {
    expect(stripAnsi(text)).toBe(plain)
  })

  test.each([
    [`text${ESC}`, 'text'],
    [`text${ESC}[`, 'text'],
    [`text${ESC}[1;3`, 'text'],
    [`text${ESC}]0;half a title`, 'text'],
    [`text${ESC}]0;title${ESC}`, 'text'],
    [`text${ESC}(`, 'text'],
  ])('a sequence that is cut off at the end waits for its rest: %j', (text, plain) => {
    expect(stripAnsi(text)).toBe(plain)
  })

  test('a text that begins within a sequence loses its first line only', () => {
    expect(stripAnsi('31mred\nnext', { cutStart: true })).toBe('next')
  })

  test('wherever a coloured text is cut, what shows is a beginning of the plain text', () => {
    const piece = fc.oneof(
      fc.stringMatching(/^[a-z \n]{1,8}$/),
      fc.constantFrom(
        `${ESC}[31m`,
        `${ESC}[0m`,
        `${ESC}[38;5;12m`,
        `${ESC}]0;t\u0007`,
        `${ESC}(B`,
        `${ESC}]8;;u${ESC}\\`,
      ),
    )
    fc.assert(
      fc.property(fc.array(piece), fc.nat(120), (pieces, cut) => {
        const text = pieces.join('')
        const plain = pieces.filter((one) => !one.startsWith(ESC)).join('')
        expect(stripAnsi(text)).toBe(plain)
        expect(plain.startsWith(stripAnsi(text.slice(0, cut)))).toBe(true)
      }),
    )
  })

  test('no control character is left, whatever comes', () => {
    const unit = fc.oneof(
      fc.constantFrom(ESC, '[', ']', '\\', '\u0007', '\r', '\b', 'm', '3', ';', '\u009b', '\n'),
      fc.string(),
    )
    fc.assert(
      fc.property(fc.array(unit), (units) => {
        expect(/(?![\t\n])\p{Cc}/u.test(stripAnsi(units.join('')))).toBe(false)
      }),
    )
  })
})
