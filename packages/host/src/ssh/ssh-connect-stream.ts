import { Duplex, type Readable } from 'node:stream'
import type { ClientChannel } from 'ssh2'
import type { SshConnection } from './ssh-connection.ts'

export interface ChannelStreamOptions {
  /** Our side stays open when the other has ended. @default false */
  readonly allowHalfOpen?: boolean
}

/** What a server takes at once. */
const PACKET_BYTES = 32 * 1024
/** In each direction, besides what the channel itself holds: with less, each packet would wait for the next turn. */
const HELD_BYTES = 8 * PACKET_BYTES

/**
 * A channel as a socket of Node behaves: it ends its side when the other has ended (unless `allowHalfOpen`), `destroy`
 * lets go of all, and an error that nobody listens to is swallowed.
 * @param source where the bytes come out, when it is not the channel itself
 */
export function channelStream(
  connection: Pick<SshConnection, 'lost'>,
  channel: Duplex,
  source: Readable,
  { allowHalfOpen = false }: ChannelStreamOptions = {},
): Duplex {
  let unsent: ((error?: Error | null) => void) | undefined
  // Of the connection that stands now: another one may follow it.
  const { lost } = connection
  const onLost = () => void stream.destroy(lost.reason as Error)
  const send = (bytes: Buffer, done: (error?: Error | null) => void): void => {
    if (!channel.writable) {
      done(new Error('the other side has closed'))
      return
    }
    unsent = done
    channel.write(bytes, () => {
      unsent = undefined
      done()
    })
  }
  const stream = new Duplex({
    allowHalfOpen,
    highWaterMark: HELD_BYTES,
    read: () => void source.resume(),
    write: (chunk: Buffer, _encoding, done) => send(chunk, done),
    writev(chunks, done) {
      const pieces = joinSmall(chunks.map(({ chunk }) => chunk as Buffer))
      for (const piece of pieces.slice(0, -1)) channel.write(piece)
      send(pieces.at(-1) ?? Buffer.alloc(0), done)
    },
    final(done) {
      channel.end()
      done()
    },
    destroy(error, done) {
      lost.removeEventListener('abort', onLost)
      channel.resume()
      source.resume()
      closeChannel(channel)
      done(error)
    },
  })
  stream.on('error', () => undefined)
  channel.on('error', () => undefined)
  const end = passOn(source, stream)
  channel.once('close', () => {
    // ssh2 forgets the callback of what it could not send.
    unsent?.(new Error('the other side has closed'))
    if (source === channel) end()
  })
  lost.addEventListener('abort', onLost, { once: true })
  if (lost.aborted) onLost()
  return stream
}

/** Hands over what `source` says, and its end. @returns tells the end of one that will not */
function passOn(source: Readable, stream: Duplex): () => void {
  source.on('data', (chunk: Buffer) => {
    if (!stream.destroyed && !stream.push(chunk)) source.pause()
  })
  let hasEnded = false
  const end = () => {
    if (!hasEnded && !stream.destroyed) stream.push(null)
    hasEnded = true
  }
  source.once('end', end)
  return end
}

/** Small ones share a packet; to copy large ones would cost more than it saves. */
function joinSmall(pieces: readonly Buffer[]): readonly Buffer[] {
  const bytes = pieces.reduce((sum, { length }) => sum + length, 0)
  return bytes <= (PACKET_BYTES * pieces.length) / 4 ? [Buffer.concat(pieces)] : pieces
}

/** ssh2's own `destroy` would wait for what nobody reads any more. */
function closeChannel(channel: Duplex): void {
  const { stderr } = channel as ClientChannel
  stderr.resume()
  channel.end()
  ;(channel as ClientChannel).close()
}
