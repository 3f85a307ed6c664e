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
})

test('what the program asks is answered once, however many look on', async () => {
  const { pty, watch } = open()
  const viewers = [watch(), watch()]
  await Promise.all(viewers.map((viewer) => viewer.take()))
  await print(pty, 'ab\x1b[6n\x1b]11;?\x07\x1b[c')
  await Promise.all(viewers.map((viewer) => viewer.take()))
  expect(pty.written).toEqual(['\x1b[1;3R', '\x1b]11;rgb:0000/0000/0000\x1b\\', '\x1b[?1;2c'])
  const alone = open()
  await print(alone.pty, '\x1b[5n')
  await tick()
  expect(alone.pty.written).toEqual(['\x1b[0n'])
})

test('the program is paused while nobody who looks can take more', async () => {
  const { pty, terminal } = open()
  const flood = Buffer.alloc(64 * 1024, 'x')
  const unread = terminal.view()
  for (let n = 0; n < 40 && !pty.output.isPaused(); n += 1) await print(pty, flood)
  expect(pty.output.isPaused()).toBe(true)
  unread[Symbol.dispose]()
  expect(pty.output.isPaused()).toBe(false)
  for (let n = 0; n < 100; n += 1) await print(pty, flood)
  expect(pty.output.isPaused(), 'nobody looks').toBe(false)
})

test('the fastest viewer sets the pace; one that lags gets the screen, and slows nobody', async () => {
  const { pty, watch } = open()
  const whole = createEmulator(SIZE, 1_000)
  const fast = watch()
  const slow = watch()
  await fast.take()
  await slow.take({ acknowledge: false })
  let printed = 0
  for (let n = 0; n < 200; n += 1) {
    const piece = Buffer.from(`line ${n} ${'x'.repeat(40_000)}\r\n`)
    printed += piece.length
    whole.feed(piece)
    await print(pty, piece)
    while (fast.printed < printed) await fast.take()
  }
  expect(fast.frames.filter((type) => type === 'screen')).toHaveLength(1)
  pty.end()
  slow.acknowledgeAll()
  await Promise.all([fast.takeAll(), slow.takeAll()])
  expect(slow.frames.filter((type) => type === 'screen').length).toBeGreaterThan(1)
  expect(slow.bytes).toBeLessThan(printed / 2)
  for (const { emulator } of [fast, slow]) expect(look(emulator, 0)).toEqual(look(whole, 0))
})

test('a viewer that acknowledges nothing is sent no more than its window', async () => {
  const { pty, watch } = open()
  const viewer = watch()
  await viewer.take()
  const other = watch()
  await other.take()
  for (let n = 0; n < 20; n += 1) {
    await print(pty, Buffer.alloc(32 * 1024, 'y'))
    while (other.printed < (n + 1) * 32 * 1024) await other.take()
  }
  let more = true
  while (more) {
    const taken = viewer.take({ acknowledge: false })
    more = (await Promise.race([taken, tick().then(tick)])) !== undefined
  }
  expect(viewer.bytes).toBeLessThan(256 * 1024)
})

test('sizes travel in their place, and the program is told', async () => {
  const sizes = fc.array(
    fc.record({
      columns: fc.integer({ min: 5, max: 40 }),
      rows: fc.integer({ min: 2, max: 12 }),
      text: fc.stringMatching(/^[a-z \r\n]{0,60}$/),
    }),
    { maxLength: 5 },
  )
  await fc.assert(
    fc.asyncProperty(sizes, async (steps) => {
      const { pty, terminal, watch } = open()
      const whole = createEmulator(SIZE, 1_000)
      const viewers = [watch()]
      await viewers[0]?.take()
      for (const { text, columns, rows } of steps) {
        whole.feed(text)
        await print(pty, text)
        terminal.resize({ columns, rows })
        whole.terminal.resize(columns, rows)
        viewers.push(watch())
      }
      pty.end()
      await Promise.all(viewers.map((viewer) => viewer.takeAll()))
      const last = steps.at(-1)
      expect(terminal.size).toEqual(last ? { columns: last.columns, rows: last.rows } : SIZE)
      for (const { emulator } of viewers) expect(look(emulator, 0)).toEqual(look(whole, 0))
    }),
    { numRuns: 60 },
  )
  const { pty, terminal } = open()
  terminal.resize({ columns: 30, rows: 9 })
  terminal.resize({ columns: 30, rows: 9 })
  expect(pty.sizes).toEqual([{ columns: 30, rows: 9 }])
  for (const columns of [0, 1.5, Number.NaN, 100_000]) {
    expect(() => terminal.resize({ columns, rows: 9 })).toThrow(RangeError)
  }
})

test('a view ends with the program, with its signal, and when it is left', async () => {
  const { pty, terminal, watch } = open()
  const stop = new AbortController()
  const stopped = terminal.view({ signal: stop.signal })[Symbol.asyncIterator]()
  await stopped.next()
  const pending = stopped.next()
  stop.abort()
  expect(await pending).toEqual({ done: true, value: undefined })
  for await (const frame of terminal.view()) {
    expect(frame.type).toBe('screen')
    break
  }
  expect((await terminal.view({ signal: stop.signal })[Symbol.asyncIterator]().next()).done).toBe(true)
  const viewer = watch()
  await print(pty, 'bye')
  pty.end(3)
  expect(await terminal.ended).toEqual({ exitCode: 3, signal: null })
  await viewer.takeAll()
  expect(viewer.frames.at(-1)).toBe('ended')
  const late = watch()
  await late.takeAll()
  expect(late.frames).toEqual(['screen', 'ended'])
  expect(() => terminal.view().acknowledge(-1)).toThrow(RangeError)
})
