import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { expect, test } from 'vitest'
import { BulkPipe, type LentChunk } from '../../src/archive/bulk-pipe.ts'

/** Numbers in lines, so that a piece that is lost, repeated or overwritten changes the digest. */
const LINES = 'seq 1 2000000'

async function run(script: string): Promise<{ readonly pipe: BulkPipe; readonly exited: Promise<unknown> }> {
  const pipe = await BulkPipe.open()
  const child = spawn('sh', ['-c', script], { stdio: ['ignore', pipe.programEnd, 'inherit'] })
  pipe.started()
  return { pipe, exited: once(child, 'exit') }
}

test('all of an output comes in its order, however slowly it is read', async () => {
  const expected = createHash('sha256')
  for (let line = 1; line <= 2_000_000; line += 1) expected.update(`${line}\n`)
  const { pipe, exited } = await run(LINES)
  const digest = createHash('sha256')
  let chunks = 0
  for await (const chunk of pipe.chunks()) {
    // What is read meanwhile must not touch it.
    if (chunks % 3 === 0) await new Promise((resolve) => setImmediate(resolve))
    digest.update(chunk.bytes)
    chunk.giveBack()
    chunks += 1
  }
  await exited
  pipe.destroy()
  expect(digest.digest('hex')).toBe(expected.digest('hex'))
})

test('what is lent is left alone until it is given back, in whatever order that happens', async () => {
  const expected = createHash('sha256')
  for (let line = 1; line <= 2_000_000; line += 1) expected.update(`${line}\n`)
  const { pipe, exited } = await run(LINES)
  const digest = createHash('sha256')
  const chunks = pipe.chunks()
  for (let isOver = false; !isOver;) {
    const held: LentChunk[] = []
    while (held.length < 3 && !isOver) {
      const { value } = await chunks.next()
      if (value === undefined) isOver = true
      else held.push(value)
    }
    for (const { bytes } of held) digest.update(bytes)
    for (const { giveBack } of held.reverse()) giveBack()
  }
  await exited
  pipe.destroy()
  expect(digest.digest('hex')).toBe(expected.digest('hex'))
})

test('an output that is empty ends', async () => {
  const { pipe, exited } = await run('true')
  const chunks: Buffer[] = []
  for await (const { bytes } of pipe.chunks()) chunks.push(bytes)
  await exited
  pipe.destroy()
  expect(chunks).toEqual([])
})

test('a reader who leaves ends a program that goes on writing', async () => {
  const { pipe, exited } = await run('exec yes')
  for await (const _chunk of pipe.chunks()) break
  pipe.destroy()
  // A socket whose reader left something unread is reset, which no signal tells.
  expect([
    [null, 'SIGPIPE'],
    [1, null],
  ]).toContainEqual(await exited)
})
