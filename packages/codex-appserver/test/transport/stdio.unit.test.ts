import { once } from 'node:events'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { openLineChannel } from '../../src/transport/stdio.ts'
import type { FrameChannel } from '../../src/transport/frame-channel.ts'

interface Opened {
  readonly channel: FrameChannel
  readonly readable: PassThrough
  readonly writable: PassThrough
  readonly frames: string[]
  readonly issues: string[]
}

function open(): Opened {
  const [readable, writable] = [new PassThrough(), new PassThrough()]
  const channel = openLineChannel({ readable, writable })
  const frames: string[] = []
  const issues: string[] = []
  channel.start({
    frame: (text) => void frames.push(text),
    unreadable: (_start, issue) => void issues.push(issue),
  })
  return { channel, readable, writable, frames, issues }
}

describe('openLineChannel', () => {
  test('writes and reads one frame per line', async () => {
    const { channel, readable, writable, frames } = open()
    channel.send('{"id":1}')
    expect(String(writable.read())).toBe('{"id":1}\n')
    readable.end('{"a":1}\n{"b":2}\n')
    expect(await channel.closed).toMatchObject({ reason: 'closed-by-peer' })
    expect(frames).toEqual(['{"a":1}', '{"b":2}'])
  })

  test('reports half a line at the end', async () => {
    const { channel, readable, frames, issues } = open()
    readable.end('{"a":1}\n{"b"')
    await channel.closed
    expect([frames, issues]).toEqual([['{"a":1}'], ['a line without an end']])
  })

  test('ends with the cause when either pipe breaks, and ends the other', async () => {
    for (const broken of ['readable', 'writable'] as const) {
      const opened = open()
      const cause = new Error('EPIPE')
      opened[broken].destroy(cause)
      expect(await opened.channel.closed).toMatchObject({ reason: 'link-failed', cause })
      expect(opened.readable.destroyed).toBe(true)
      expect(opened.writable.writable).toBe(false)
    }
  })

  test('ends when the output is cut without an end', async () => {
    const { channel, readable } = open()
    readable.destroy()
    expect(await channel.closed).toMatchObject({ reason: 'link-failed' })
  })

  test('closes once, ends the input of the server, and drops what is sent after', async () => {
    const { channel, writable } = open()
    await Promise.all([channel.close(), channel.close(), channel[Symbol.asyncDispose]()])
    channel.send('late')
    writable.resume()
    await once(writable, 'end')
    expect(await channel.closed).toMatchObject({ reason: 'closed-here' })
  })
})
