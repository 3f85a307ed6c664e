import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'

const PIECE_BYTES = 2 * 1024

export interface SlowLinkOptions {
  /** Where the other end is, on 127.0.0.1; the link is reached at the same port of ::1, so that a server that knows its port knows it. */
  readonly port: number
  /** Each way. */
  readonly bytesPerSecond: number
}

/** A TCP link that passes on so much a second and takes no more than that from either end. */
export async function openSlowLink({ port, bytesPerSecond }: SlowLinkOptions): Promise<AsyncDisposable> {
  const sockets = new Set<Socket>()
  // What waits must wait at the sender: neither side of the link reads ahead.
  const server = createServer({ highWaterMark: PIECE_BYTES }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true })
    near.setNoDelay(true)
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from)
      from.on('error', () => to.destroy())
      from.on('close', () => to.destroy())
      void pass(from, to, bytesPerSecond)
    }
  })
  server.listen(port, '::1')
  await once(server, 'listening')
  return {
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      server.close()
      await once(server, 'close')
    },
  }
}

async function pass(from: Socket, to: Socket, bytesPerSecond: number): Promise<void> {
  let freeAt = performance.now()
  try {
    for await (const data of from as AsyncIterable<Buffer>) {
      for (let at = 0; at < data.length; at += PIECE_BYTES) {
        const piece = data.subarray(at, at + PIECE_BYTES)
        freeAt = Math.max(freeAt, performance.now()) + (piece.length / bytesPerSecond) * 1000
        const early = freeAt - performance.now()
        if (early > 1) await delay(early)
        if (!to.writable) return
        to.write(piece)
      }
    }
    to.end()
  } catch {
    to.destroy()
  }
}
