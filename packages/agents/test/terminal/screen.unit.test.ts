import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/terminal/emulator.ts'
import { isStyledText, lastLines } from '../../src/terminal/last-lines.ts'
import { Screen } from '../../src/terminal/screen.ts'
import { arbitraryOutput } from './arbitrary-output.ts'
import { look } from './look.ts'

const SIZE = { columns: 20, rows: 6 }

test('who comes late sees what one sees who was there, from any byte on', () => {
  fc.assert(
    fc.property(arbitraryOutput, arbitraryOutput, fc.nat(), (before, after, cut) => {
      const all = Buffer.from(before + after)
      const at = Math.min(all.length, Buffer.byteLength(before) + (cut % 7))
      const screen = new Screen(SIZE, { scrollback: 1_000, onReply: () => undefined })
      const early = createEmulator(SIZE, 1_000)
      const late = createEmulator(SIZE, 1_000)
      screen.feed(all.subarray(0, at))
      early.feed(all.subarray(0, at))
      late.feed('garbage \x1b[?1049h\x1b[31;4h more \x1b[2;3r')
      late.feed(screen.draw(Number.POSITIVE_INFINITY))
      expect(look(late)).toEqual(look(early))
      early.feed(all.subarray(at))
      late.feed(all.subarray(at))
      expect(look(late)).toEqual(look(early))
    }),
    { numRuns: 250 },
  )
})

test('lines that nobody can see any more are left out, and make no difference', () => {
  const style = fc.constantFrom(
    '',
    '',
    '\x1b[31m',
    '\x1b[1;48;5;17m',
    '\x1b[m',
    '\x1b[0m',
    '\x1b[38;2;1;2;3m',
    '\x1b[7m',
  )
  const word = fc.stringMatching(/^[a-z\t ]{0,20}$/)
  const line = fc.tuple(style, word, style, word).map((parts) => parts.join(''))
  fc.assert(
    fc.property(
      arbitraryOutput,
      fc.array(line, { minLength: 100, maxLength: 200 }),
      fc.constantFrom('\r\n', '\n'),
      (before, lines, end) => {
        const screen = new Screen(SIZE, { scrollback: 10, onReply: () => undefined })
        const whole = createEmulator(SIZE, 10)
        const late = createEmulator(SIZE, 10)
        for (const data of [Buffer.from(before), Buffer.from(lines.join(end))]) {
          screen.feed(data)
          whole.feed(data)
        }
        late.feed(screen.draw(Number.POSITIVE_INFINITY))
        expect(look(late)).toEqual(look(whole))
      },
    ),
    { numRuns: 100 },
  )
  const plain = Buffer.from('a\r\n'.repeat(1_000))
  expect(lastLines(plain, 10).length).toBeLessThan(50)
  expect(String(lastLines(Buffer.from(`\x1b[1m${String(plain)}`), 2))).toBe('\x1b[1ma\r\na\r\n')
  expect(String(lastLines(Buffer.from(`\x1b[1m\x1b[m\x1b[4m${String(plain)}`), 2))).toBe('\x1b[4ma\r\na\r\n')
  for (const more of ['\x1b[6n', '\x1b[2J', '\x1b7', '\x07', 'ü', '\x1b[?25l', '\x1b[>1m', '\x1b]0;t\x07']) {
    expect(lastLines(Buffer.from(more + String(plain)), 10).length).toBeGreaterThan(plain.length)
    expect(isStyledText(Buffer.from(`text ${more}`))).toBe(false)
  }
  for (const styled of [
    '',
    'text\r\n',
    'a\x1b[31mb\x1b[0m',
    'broken off \x1b',
    'broken off \x1b[3',
    '1mgoes on',
  ])
    expect(isStyledText(Buffer.from(styled))).toBe(true)
})

test('of the lines above the screen as many are drawn as there is room for', () => {
  const screen = new Screen(SIZE, { scrollback: 1_000, onReply: () => undefined })
  screen.feed(Buffer.from(Array.from({ length: 900 }, (_, n) => `line ${n}`).join('\r\n')))
  const size = (maxBytes: number): number => screen.draw(maxBytes).length
  expect(size(Number.POSITIVE_INFINITY)).toBeGreaterThan(8_000)
  expect(size(2_000)).toBeLessThanOrEqual(2_000)
  expect(size(2_000)).toBeGreaterThan(1_900)
  expect(String(screen.draw(0))).toContain('line 899')
})
