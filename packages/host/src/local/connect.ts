import { once } from 'node:events'
import { createConnection, type Socket } from 'node:net'
import { assertSocketPath } from '../assert-socket-path.ts'
import { HostError } from '../errors.ts'

/**
 * Connects to a unix socket. The caller destroys the socket.
 * @throws HostError `connect-failed`; the reason of `signal` when it aborts first
 */
export async function connectUnix(socketPath: string, signal: AbortSignal | undefined): Promise<Socket> {
  assertSocketPath(socketPath, process.platform)
  signal?.throwIfAborted()
  const socket = createConnection({ path: socketPath })
  // An error that nobody listens to would end the orchestrator; `close` tells every holder of the stream.
  socket.on('error', () => undefined)
  const abort = () => void socket.destroy()
  signal?.addEventListener('abort', abort, { once: true })
  try {
    await connected(socket)
  } catch (error) {
    socket.destroy()
    signal?.throwIfAborted()
    const code = (error as NodeJS.ErrnoException).code ?? 'failed'
    throw new HostError('connect-failed', `${code}: cannot connect to ${socketPath}`, { cause: error })
  } finally {
    signal?.removeEventListener('abort', abort)
  }
  return socket
}

async function connected(socket: Socket): Promise<void> {
  const done = new AbortController()
  try {
    await Promise.race([
      once(socket, 'connect', { signal: done.signal }),
      once(socket, 'close', { signal: done.signal }).then(() => {
        throw new Error('destroyed while connecting')
      }),
    ])
  } finally {
    done.abort()
  }
}
