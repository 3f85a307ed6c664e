import { appendFile, mkdtemp, open, readdir, rename, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import type { TailLine } from '../../src/tail.ts'

let directory: string
let count = 0
const fresh = (): string => path.join(directory, `log-${(count += 1)}`)

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'tail-'))
})
afterAll(async () => {
  await expectNoLeaks()
  await rm(directory, { recursive: true, force: true })
})

async function take(tail: AsyncIterable<TailLine>, wanted: number): Promise<TailLine[]> {
  const lines: TailLine[] = []
  if (wanted === 0) return lines
  for await (const line of tail) if (lines.push(line) === wanted) break
  return lines
}

const text = fc.string({
  unit: fc.constantFrom('a', '\u20ac', '\n', '\r', '\0', '\uD83D\uDE00'),
  maxLength: 60,
})

test('any split of the writes gives the same lines, and any stop and resume too', async () => {
  await using host = await openLocalHost()
  await fc.assert(
    fc.asyncProperty(fc.array(text, { minLength: 1, maxLength: 8 }), fc.nat(20), async (pieces, stop) => {
      const file = fresh()
      const all = Buffer.from(`${pieces.join('')}\nend\n`)
      const wanted = all.toString().split('\n').length - 1
      const following = take(host.tail(file), wanted)
      // Cut anywhere, characters too.
      for (let at = 0; at < all.length; at += stop + 1)
        await appendFile(file, all.subarray(at, at + stop + 1))
      const lines = await following
      expect(lines.map(({ line }) => line)).toEqual(
        all
          .toString()
          .split('\n')
          .slice(0, -1)
          .map((line) => line.replace(/\r$/, '')),
      )
      expect(lines.at(-1)?.offset).toBe(all.length)
      const first = lines[stop % wanted]
      const rest = lines.slice((stop % wanted) + 1)
      expect(await take(host.tail(file, { from: first?.offset ?? 0 }), rest.length)).toEqual(rest)
    }),
    { numRuns: 40 },
  )
}, 60_000)

test('rotations and truncations at any time lose no line that was there when they were looked at', async () => {
  await using host = await openLocalHost()
  const file = fresh()
  const seen: string[] = []
  const following = (async () => {
    for await (const { line } of host.tail(file)) {
      seen.push(line)
      if (line === 'end') return
    }
  })()
  for (let round = 0; round < 30; round += 1) {
    await writeFile(file, '', { flag: 'a' })
    for (let n = 0; n < 5; n += 1) await appendFile(file, `${round}.${n}\n`)
    while (!seen.includes(`${round}.4`)) await turn()
    if (round % 2 === 0) await rename(file, `${file}.1`)
    else await truncate(file)
  }
  await appendFile(file, 'end\n')
  await following
  const expected = Array.from({ length: 150 }, (_, n) => `${Math.floor(n / 5)}.${n % 5}`)
  expect(seen).toEqual([...expected, 'end'])
})

test('lines are told by events, not by looking now and then', async () => {
  await using host = await openLocalHost()
  const file = fresh()
  await writeFile(file, '')
  const iterator = host.tail(file)[Symbol.asyncIterator]()
  const took: number[] = []
  for (let n = 0; n < 20; n += 1) {
    const next = iterator.next()
    const before = performance.now()
    await appendFile(file, `${n}\n`)
    expect((await next).value).toMatchObject({ line: String(n) })
    took.push(performance.now() - before)
  }
  // Each look comes a second after the last; what a busy machine delays says nothing.
  expect(took.sort((one, other) => one - other)[5]).toBeLessThan(500)
  await iterator.return?.()
})

test('a reader who pauses holds no memory, and nothing is left open', async () => {
  await using host = await openLocalHost()
  const file = fresh()
  const handle = await open(file, 'w')
  const block = Buffer.alloc(1_000_000, `${'x'.repeat(99)}\n`)
  for (let n = 0; n < 100; n += 1) await handle.write(block)
  await handle.close()
  const descriptors = (await readdir('/proc/self/fd')).length
  const before = process.memoryUsage().rss
  const tails = Array.from({ length: 10 }, () => host.tail(file)[Symbol.asyncIterator]())
  for (const tail of tails) expect((await tail.next()).value).toMatchObject({ offset: 100 })
  for (let n = 0; n < 100; n += 1) await turn()
  expect(process.memoryUsage().rss - before).toBeLessThan(50_000_000)
  for (const tail of tails) await tail.return?.()
  // One descriptor of the kernel's is shared by all watches, and stays.
  expect((await readdir('/proc/self/fd')).length).toBeLessThanOrEqual(descriptors + 2)
})
