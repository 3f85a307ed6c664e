import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/terminal/emulator.ts'
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
    { numRuns: 500 },
  )
})
