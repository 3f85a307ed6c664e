import { randomBytes } from 'node:crypto'
import { chmod } from 'node:fs/promises'
import { createServer, type Socket } from 'node:net'
import { serve, type Service } from '../stream/worker.ts'
import { COMMAND_BYTES, parseCommand } from './commands.ts'

export interface ServerService extends Service {
  /** The path of the socket. */
  readonly opening: string
  readonly opened: null
}

/** What nobody can compress, again and again. */
const PIECE = randomBytes(1024 * 1024)

// What is at the worker's end of the tunnel: each connection begins with what it wants.
serve<ServerService>(async (path) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined)
    socket.once('readable', () => void answer(socket))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  // The worker's account is another one when we are root.
  await chmod(path, 0o777)
  return {
    opened: null,
    run: () => Promise.resolve(undefined),
    close: () => new Promise((resolve) => server.close(() => resolve())),
  }
})

async function answer(socket: Socket): Promise<void> {
  const command = socket.read(COMMAND_BYTES) as Buffer | null
  if (command === null) {
    socket.destroy()
    return
  }
  const { wants, bytes } = parseCommand(command)
  switch (wants) {
    case 'down':
      for (let left = bytes; left > 0 && !socket.destroyed; left -= PIECE.length)
        if (!socket.write(PIECE.subarray(0, left)))
          await new Promise((resolve) => socket.once('drain', resolve))
      return
    case 'up': {
      let left = bytes
      socket.on('data', (chunk: Buffer) => {
        left -= chunk.length
        if (left === 0) socket.write('.')
      })
      return
    }
    case 'echo':
      socket.pipe(socket)
  }
}
