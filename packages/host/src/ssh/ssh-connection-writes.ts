import { Socket } from 'node:net'
import type { Client } from 'ssh2'

/** The part of ssh2 that it does not document: it is as it is in the version that is pinned, and a test watches it. */
interface Internals {
  readonly _sock: unknown
}

/**
 * Has everything that is written in one turn leave together. ssh2 writes a packet in three pieces, each of them a system
 * call, and on a socket that does not wait (`setNoDelay`) a segment of its own.
 */
export function joinWrites(client: Client): void {
  const socket = (client as unknown as Internals)._sock
  // One that goes through another machine is a channel on a socket that does it.
  if (!(socket instanceof Socket)) return
  const write = socket.write.bind(socket) as (...args: readonly unknown[]) => boolean
  let isCorked = false
  const uncork = (): void => {
    isCorked = false
    socket.uncork()
  }
  // A plain property, since Node itself puts another one in its place when the other side has ended.
  socket.write = (...args: readonly unknown[]): boolean => {
    if (!isCorked) {
      isCorked = true
      socket.cork()
      process.nextTick(uncork)
    }
    return write(...args)
  }
}
