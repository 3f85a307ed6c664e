import { mkdtemp, open, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { inBatches, writeAll } from '../../src/local/write-batches.ts'

test('what comes in packets is written together, and in its order', async () => {
  const packets = Array.from({ length: 70 }, (_, n) => Buffer.alloc(32 * 1024, n))
  const directory = await mkdtemp(path.join(tmpdir(), 'batches-'))
  try {
    await using file = await open(path.join(directory, 'file'), 'w')
    const counts: number[] = []
    let at = 0
    const source = async function* (): AsyncGenerator<Buffer> {
      yield* packets
    }
    for await (const batch of inBatches(source())) {
      counts.push(batch.length)
      at += await writeAll(file, batch, at)
    }
    // A machine that stops in between may make more of them.
    expect(Math.max(...counts)).toBeLessThanOrEqual(32)
    expect(counts.length).toBeLessThan(packets.length / 2)
    expect(Buffer.concat(packets).equals(await readFile(path.join(directory, 'file')))).toBe(true)
  } finally {
    await rm(directory, { recursive: true })
  }
})

test('nothing is written of nothing', async () => {
  const batches: unknown[] = []
  const source = async function* (): AsyncGenerator<Buffer> {
    yield Buffer.alloc(0)
  }
  for await (const batch of inBatches(source())) batches.push(batch)
  expect(batches).toEqual([])
})
