import { once } from 'node:events'
import { createConnection, type NetConnectOpts, type Socket } from 'node:net'
import { assertTarget } from '../assert-target.ts'
import { HostError } from '../errors.ts'
import type { ConnectTarget } from '../forward.ts'

/**
 * Connects to a unix socket, or to a port on loopback. The caller destroys the socket, which ends by itself with the
 * other side unless it is to stay half-open.
 * @throws HostError `connect-failed`; the reason of `signal` when it aborts first
 */
export async function connectHere(
  target: ConnectTarget,
  signal: AbortSignal | undefined,
  { allowHalfOpen = false }: { readonly allowHalfOpen?: boolean } = {},
): Promise<Socket> {
  assertTarget(target, process.platform)
  if ('unix' in target) return open({ path: target.unix, allowHalfOpen }, target.unix, signal)
  const socket = await open(
    { port: target.tcp, host: '127.0.0.1', allowHalfOpen },
    `port ${target.tcp}`,
    signal,
  )
  return socket.setNoDelay(true)
}

async function open(address: NetConnectOpts, name: string, signal: AbortSignal | undefined): Promise<Socket> {
  signal?.throwIfAborted()
  const socket = createConnection(address)
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
    throw new HostError('connect-failed', `${code}: cannot connect to ${name}`, { cause: error })
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
