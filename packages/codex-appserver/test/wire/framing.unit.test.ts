import { createHash } from 'node:crypto'
import { PassThrough, Duplex } from 'node:stream'
import fc from 'fast-check'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { connect } from '../../src/connect.ts'
import { ConnectionClosedError } from '../../src/errors.ts'
import { openLineChannel } from '../../src/transport/stdio.ts'
import { openWebSocketChannel } from '../../src/transport/websocket.ts'
import { LineFramer } from '../../src/wire/line-framer.ts'
import { parseMessage } from '../../src/wire/parse-message.ts'
import { clientInfo } from '../connected-client.ts'
import { framesOf } from '../recorded.ts'

/** Positions at which a stream of so many bytes is cut. */
function cuts(length: number): fc.Arbitrary<readonly number[]> {
  return fc
    .array(fc.integer({ min: 0, max: length }), { maxLength: 200 })
    .map((positions) => [...positions].sort((a, b) => a - b))
}

function cutAt(bytes: Buffer, positions: readonly number[]): Buffer[] {
  const edges = [0, ...positions, bytes.length]
  return edges.slice(1).map((end, index) => bytes.subarray(edges[index], end))
}

function linesOf(chunks: readonly Buffer[]): { readonly frames: string[]; readonly unreadable: string[] } {
  const frames: string[] = []
  const unreadable: string[] = []
  const framer = new LineFramer({
    frame: (text) => frames.push(text),
    unreadable: (start) => unreadable.push(start),
  })
  for (const chunk of chunks) framer.push(chunk)
  framer.end()
  return { frames, unreadable }
}

/** Text that is no message, without a newline; bytes that are no text among it. */
const garbage = fc.oneof(
  fc.uint8Array({ maxLength: 60 }).map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a))),
  fc.constantFrom('{', '[]', 'null', '{"id":{}}', '\u0000', 'é'.repeat(20)).map((text) => Buffer.from(text)),
)

describe.each(CODEX_VERSIONS)('lines of codex %s', (version) => {
  const frames = framesOf(version, 'command-approved')
  const bytes = Buffer.from(frames.map((frame) => `${frame}\n`).join(''))

  test('are the same however the bytes are cut', () => {
    fc.assert(
      fc.property(cuts(bytes.length), (positions) => {
        expect(linesOf(cutAt(bytes, positions))).toEqual({ frames, unreadable: [] })
      }),
    )
  })

  test('are all found among garbage, however the bytes are cut', () => {
    const between = fc.array(garbage, { minLength: frames.length, maxLength: frames.length })
    fc.assert(
      fc.property(between, fc.array(fc.double({ min: 0, max: 1, noNaN: true })), (noise, places) => {
        const all = Buffer.concat(
          frames.flatMap((frame, index) => [noise[index] ?? Buffer.alloc(0), Buffer.from(`\n${frame}\n`)]),
        )
        const positions = places.map((place) => Math.floor(place * all.length)).sort((a, b) => a - b)
        const seen = linesOf(cutAt(all, positions)).frames
        expect(seen.filter((line) => frames.includes(line))).toEqual(frames)
        for (const line of seen) {
          // Whatever it is: it is a message, or it is told as one that is none.
          try {
            parseMessage(line)
          } catch (error) {
            expect(error).toHaveProperty('code', 'protocol')
          }
        }
      }),
    )
  })

  test('that are cut off at any byte give what was whole, and tell of the rest', () => {
    const start = bytes.subarray(0, 4_000)
    let whole = 0
    for (let length = 0; length <= start.length; length += 1) {
      if (length > 0 && start[length - 1] === 0x0a) whole += 1
      const seen = linesOf([start.subarray(0, length)])
      const isWhole = length === 0 || start[length - 1] === 0x0a
      expect([seen.frames.length, seen.unreadable.length]).toEqual([whole, isWhole ? 0 : 1])
    }
  })

  test('that are cut off at any byte end the connection, and nothing that waits hangs', async () => {
    const start = bytes.subarray(0, 400)
    for (let length = 0; length <= start.length; length += 1) {
      const [readable, writable] = [new PassThrough(), new PassThrough()]
      readable.end(start.subarray(0, length))
      const outcome = await connect(openLineChannel({ readable, writable }), { clientInfo }).then(
        async (client) => {
          const pending = client.request('thread/loaded/list', {}).catch((error: unknown) => error)
          expect((await client.closed).reason).toBe('closed-by-peer')
          return pending
        },
        (error: unknown) => error,
      )
      expect(outcome).toBeInstanceOf(ConnectionClosedError)
    }
  })
})

/** A text frame as a server sends it, in one piece or, with `pieces`, in several. */
function encode(text: string, pieces: number): Buffer {
  const payload = Buffer.from(text)
  const size = Math.max(1, Math.ceil(payload.length / pieces))
  const parts = Array.from({ length: Math.max(1, Math.ceil(payload.length / size)) }, (_, index) =>
    payload.subarray(index * size, (index + 1) * size),
  )
  return Buffer.concat(
    parts.flatMap((part, index) => {
      const isLast = index === parts.length - 1
      const head = (isLast ? 0x80 : 0) | (index === 0 ? 1 : 0)
      return [headerOf(head, part.length), part]
    }),
  )
}

function headerOf(head: number, length: number): Buffer {
  if (length < 126) return Buffer.from([head, length])
  if (length < 65_536) return Buffer.from([head, 126, length >> 8, length & 0xff])
  const header = Buffer.alloc(10)
  header.writeUInt8(head, 0)
  header.writeUInt8(127, 1)
  header.writeBigUInt64BE(BigInt(length), 2)
  return header
}

/** Opens a channel to a peer that says `chunks` after its handshake, and ends. */
async function hear(chunks: readonly Buffer[]): Promise<{ frames: string[]; reason: string }> {
  const [toClient, fromClient] = [new PassThrough(), new PassThrough()]
  fromClient.once('data', (request: Buffer) => {
    const key = /sec-websocket-key: (\S+)/i.exec(request.toString('latin1'))?.[1] ?? ''
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64')
    fromClient.resume()
    toClient.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n\r\n`,
    )
    for (const chunk of chunks) if (chunk.length > 0) toClient.write(chunk)
    toClient.end()
  })
  const duplex = Duplex.from({ readable: toClient, writable: fromClient })
  const channel = await openWebSocketChannel(duplex, { keepAliveMs: 0 })
  const frames: string[] = []
  channel.start({ frame: (text) => frames.push(text), unreadable: expect.fail })
  return { frames, reason: (await channel.closed).reason }
}

describe.each(CODEX_VERSIONS)('WebSocket frames of codex %s', (version) => {
  const frames = framesOf(version, 'plain-turn').slice(0, 20)

  test('are the same however they are split into frames and chunks', async () => {
    const pieces = fc.array(fc.integer({ min: 1, max: 7 }), {
      minLength: frames.length,
      maxLength: frames.length,
    })
    const places = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(pieces, places, async (counts, cutPlaces) => {
        const all = Buffer.concat(frames.map((frame, index) => encode(frame, counts[index] ?? 1)))
        const positions = cutPlaces.map((place) => Math.floor(place * all.length)).sort((a, b) => a - b)
        expect((await hear(cutAt(all, positions))).frames).toEqual(frames)
      }),
      { numRuns: 40 },
    )
  })

  test('that are cut off at any byte give what was whole, and the channel ends', async () => {
    const encoded = frames.slice(0, 2).map((frame) => encode(frame, 2))
    const all = Buffer.concat(encoded)
    const ends = encoded.map((_, index) => Buffer.concat(encoded.slice(0, index + 1)).length)
    for (let length = 0; length <= all.length; length += 1) {
      const heard = await hear([all.subarray(0, length)])
      expect(heard.frames).toEqual(frames.slice(0, ends.filter((end) => end <= length).length))
      expect(heard.reason).toBe('link-failed')
    }
  })
})
