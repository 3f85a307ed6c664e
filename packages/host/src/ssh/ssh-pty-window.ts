import type { Client, ClientChannel } from 'ssh2'

/**
 * How much a program on a terminal may write before its reader has read: it stands between a key and its effect. ssh2
 * would allow 2 MiB and more, which is half a minute of a slow link; this is 2.5 MB/s at a round trip of 100 ms.
 */
export const PTY_WINDOW_BYTES = 256 * 1024

/** The parts of ssh2 that it does not document: they are as they are in the version that is pinned, and a test watches them. */
interface Internals {
  readonly _protocol: {
    session(channel: number, window: number, packet: number): void
    channelWindowAdjust(channel: number, bytes: number): void
  }
}
interface ChannelInternals {
  readonly _client: Internals
  readonly incoming: { window: number }
  readonly outgoing: { readonly id: number; readonly state: string }
}

/** Runs `open`, which asks for a session at once; it gets a window of `bytes` in place of ssh2's own. */
export function withWindow<T>(client: Client, bytes: number, open: () => T): T {
  const protocol = (client as unknown as Internals)._protocol
  const session = protocol.session.bind(protocol)
  Object.defineProperty(protocol, 'session', {
    configurable: true,
    value: (channel: number, _window: number, packet: number) => session(channel, bytes, packet),
  })
  try {
    return open()
  } finally {
    delete (protocol as Partial<Internals['_protocol']>).session
  }
}

/**
 * Takes the channel's window out of ssh2's hands, which opens it by what has arrived and not by what was read.
 * @returns tells the server that so many bytes have been read
 */
export function ownWindow(channel: ClientChannel): (bytes: number) => void {
  const { _client: client, incoming, outgoing } = channel as unknown as ChannelInternals
  // Never so small that ssh2 would open it, or drop data because it is used up.
  Object.defineProperty(incoming, 'window', { get: () => Number.MAX_SAFE_INTEGER, set: () => undefined })
  let unread = 0
  return (bytes) => {
    unread += bytes
    if (unread < PTY_WINDOW_BYTES / 4 || outgoing.state === 'closed') return
    client._protocol.channelWindowAdjust(outgoing.id, unread)
    unread = 0
  }
}
