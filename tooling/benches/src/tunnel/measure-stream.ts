import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { Duplex } from 'node:stream'
import { percentile } from '../statistics.ts'
import { renderCommand } from './commands.ts'

/** Opens another stream to the far end. */
export type Open = () => Promise<Duplex>

const MEGABYTE = 1_000_000
const PIECE = randomBytes(64 * 1024)
const MESSAGE = randomBytes(64)

/** Megabytes a second from the far end, until the last one is here. */
export async function measureDown(open: Open, bytes: number): Promise<number> {
  const stream = await open()
  let left = bytes
  const whole = new Promise<void>((resolve) => {
    stream.on('data', (chunk: Buffer) => {
      left -= chunk.length
      if (left === 0) resolve()
    })
  })
  const startedAt = performance.now()
  stream.write(renderCommand('down', bytes))
  await whole
  return rateOf(stream, bytes, startedAt)
}

/** Megabytes a second to the far end, until it has said that it has them. */
export async function measureUp(open: Open, bytes: number): Promise<number> {
  const stream = await open()
  const answered = once(stream, 'data')
  const startedAt = performance.now()
  stream.write(renderCommand('up', bytes))
  for (let left = bytes; left > 0; left -= PIECE.length)
    if (!stream.write(PIECE.subarray(0, left))) await once(stream, 'drain')
  await answered
  return rateOf(stream, bytes, startedAt)
}

/** Milliseconds from a small message until it has come back, one after another: the middle one, and the 95th percentile. */
export async function measureTrips(
  open: Open,
  count: number,
): Promise<{ readonly p50: number; readonly p95: number }> {
  const stream = await open()
  stream.write(renderCommand('echo'))
  const trips: number[] = []
  for (let trip = 0; trip < count; trip += 1) {
    const startedAt = performance.now()
    stream.write(MESSAGE)
    for (let left = MESSAGE.length; left > 0;) left -= ((await once(stream, 'data')) as [Buffer])[0].length
    trips.push(performance.now() - startedAt)
  }
  stream.destroy()
  return { p50: percentile(trips, 50), p95: percentile(trips, 95) }
}

function rateOf(stream: Duplex, bytes: number, startedAt: number): number {
  const seconds = (performance.now() - startedAt) / 1_000
  stream.destroy()
  return bytes / MEGABYTE / seconds
}
