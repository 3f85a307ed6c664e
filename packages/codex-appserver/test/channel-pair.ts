import { Ending } from '../src/transport/ending.ts'
import type { ConnectionClosed, FrameChannel, FrameReader } from '../src/transport/frame-channel.ts'

/** The far end of a channel: says what the server would say, at once and in the caller's own turn of the loop. */
export interface Peer {
  /** Everything that came from the client, parsed. */
  readonly received: readonly Readonly<Record<string, unknown>>[]
  /** Called with each message that comes from now on. */
  answer: (message: { readonly id?: number; readonly method?: string; readonly params?: unknown }) => void
  send(message: object): void
  sendText(text: string): void
  end(closed?: ConnectionClosed): void
}

/** A channel whose other end is the test. */
export function channelPair(): { readonly channel: FrameChannel; readonly peer: Peer } {
  const ending = new Ending()
  const received: Record<string, unknown>[] = []
  let reader: FrameReader | undefined
  const peer: Peer = {
    received,
    answer: () => undefined,
    send: (message) => {
      peer.sendText(JSON.stringify(message))
    },
    sendText: (text) => {
      reader?.frame(text)
    },
    end: (closed = { reason: 'link-failed', detail: 'the cable was cut' }) => {
      ending.end(closed)
    },
  }
  const channel: FrameChannel = {
    closed: ending.closed,
    start: (given) => {
      reader = given
    },
    send: (text, gone) => {
      gone?.()
      if (ending.ended) return
      const message = JSON.parse(text) as Record<string, unknown>
      received.push(message)
      peer.answer(message)
    },
    close: () => {
      ending.end({ reason: 'closed-here', detail: 'the connection was closed here' })
      return ending.settled
    },
    [Symbol.asyncDispose]: () => channel.close(),
  }
  return { channel, peer }
}
