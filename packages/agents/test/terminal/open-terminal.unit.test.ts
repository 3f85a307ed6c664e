import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createEmulator } from '../../src/terminal/emulator.ts'
import { openTerminal } from '../../src/terminal/open-terminal.ts'
import type { Terminal } from '../../src/terminal/terminal.ts'
import { arbitraryOutput } from './arbitrary-output.ts'
import { FakePty } from './fake-pty.ts'
import { look } from './look.ts'
import { Viewer } from './viewer.ts'

const SIZE = { columns: 20, rows: 6 }

function open(): { readonly pty: FakePty; readonly terminal: Terminal; readonly watch: () => Viewer } {
  const pty = new FakePty()
  const terminal = openTerminal(pty, { size: SIZE })
  return { pty, terminal, watch: () => new Viewer(terminal.view(), terminal.size) }
}

const tick = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** Prints, and waits until it was read. */
async function print({ output }: FakePty, data: Uint8Array | string): Promise<void> {
  output.push(Buffer.from(data as Uint8Array))
  while (output.readableLength > 0 && !output.isPaused()) await tick()
}

test('viewers see the same, whenever they come, however output is cut', async () => {
  const step = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({ print: arbitraryOutput, cuts: fc.array(fc.nat(40), { maxLength: 4 }) }),
    },
    { weight: 1, arbitrary: fc.constant('attach' as const) },
    { weight: 2, arbitrary: fc.constant('look' as const) },
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { pty, watch } = open()
      const whole = createEmulator(SIZE, 1_000)
      const viewers = [watch()]
      await viewers[0]?.take()
      for (const one of steps) {
        if (one === 'attach' || one === 'look') {
          const viewer = watch()
          viewers.push(viewer)
          if (one === 'look') await viewer.take()
          continue
        }
        const bytes = Buffer.from(`.${one.print}`)
        whole.feed(bytes)
        const cuts = [0, ...one.cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].sort(
          (a, b) => a - b,
        )
        for (const [n, cut] of cuts.entries()) await print(pty, bytes.subarray(cut, cuts[n + 1] ?? cut))
      }
      viewers.push(watch())
      pty.end()
      await Promise.all(viewers.map((viewer) => viewer.takeAll()))
      for (const { emulator } of viewers) expect(look(emulator, 6)).toEqual(look(whole, 6))
    }),
    { numRuns: 60 },
  )
}, 20_000)
