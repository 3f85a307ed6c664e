import type { Readable, Writable } from 'node:stream'
import { LineFramer } from '../wire/line-framer.ts'
import { Ending } from './ending.ts'
import type { ConnectionClosed, FrameChannel, FrameReader } from './frame-channel.ts'
import { StderrTail, withLastWords } from './stderr-tail.ts'

/** The pipes of a `codex app-server` that speaks on its stdio. The channel takes them all over. */
export interface LineChannelStreams {
  /** What the server writes: its stdout. */
  readonly readable: Readable
  /** What the server reads: its stdin. Ending it ends the server. */
  readonly writable: Writable
  /**
   * Its error output. It is read to its end, so that the server never waits for it, and its last 8 KiB are in
   * `ConnectionClosed.stderr`. Leave it out when somebody else reads it.
   */
  readonly stderr?: Readable
}

/** One JSON message per line over a pair of byte streams. Nothing is read before a client starts it. */
export function openLineChannel(streams: LineChannelStreams): FrameChannel {
  const { readable, writable } = streams
  const ending = new Ending()
  const tail = streams.stderr ? new StderrTail(streams.stderr) : undefined
  let isOver = false
  const end = (closed: ConnectionClosed): void => {
    if (isOver) return
    isOver = true
    readable.destroy()
    if (writable.writable) writable.end()
    void withLastWords(closed, tail).then((told) => {
      ending.end(told)
    })
  }
  const broken = (cause: Error): void => {
    end({ reason: 'link-failed', detail: 'the pipe to the app-server broke', cause })
  }
  // A pipe that breaks while nobody writes reports it here; without a listener the process would die of it.
  writable.on('error', broken)
  readable.on('error', broken)
  return {
    closed: ending.closed,
    start: (reader) => {
      read(readable, reader, end)
    },
    send: (text, gone = () => undefined) => {
      if (isOver || !writable.writable) gone()
      else
        writable.write(`${text}\n`, () => {
          gone()
        })
    },
    close: () => {
      end({ reason: 'closed-here', detail: 'the connection was closed here' })
      return ending.settled
    },
    [Symbol.asyncDispose]() {
      return this.close()
    },
  }
}

function read(readable: Readable, reader: FrameReader, end: (closed: ConnectionClosed) => void): void {
  const framer = new LineFramer(reader)
  readable.on('data', (chunk: Buffer | string) => {
    framer.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk)
  })
  readable.once('end', () => {
    framer.end()
    end({ reason: 'closed-by-peer', detail: 'the app-server ended its output' })
  })
  readable.once('close', () => {
    end({ reason: 'link-failed', detail: 'the output of the app-server was cut' })
  })
}
