import type { FrameChannel } from '../transport/frame-channel.ts'
import type { TranscriptStep, WireMessage } from './transcript.ts'

/** Everything that went over the channels of one recording, in order. */
export interface TranscriptRecording {
  /** What was recorded until now: raw, with paths, ids and times as they came. */
  readonly steps: readonly TranscriptStep[]
  /** Records all that goes through `channel` from its start on; use what it returns in its place. */
  record(channel: FrameChannel): FrameChannel
}

/** Begins a recording; the channels stay the caller's. A frame that is not a JSON object is left out. */
export function createTranscriptRecording(): TranscriptRecording {
  const steps: TranscriptStep[] = []
  let connections = 0
  return {
    steps,
    record(channel) {
      connections += 1
      const where = connections === 1 ? {} : { connection: connections }
      void channel.closed.then(({ reason }) => {
        steps.push({ exit: reason === 'closed-here' ? 'client' : 'server', ...where })
      })
      return recorded(channel, {
        sent: (expect) => void steps.push({ expect, ...where }),
        received: (emit) => void steps.push({ emit, ...where }),
      })
    },
  }
}

function recorded(
  channel: FrameChannel,
  to: { readonly sent: (message: WireMessage) => void; readonly received: (message: WireMessage) => void },
): FrameChannel {
  return {
    closed: channel.closed,
    start: (reader) => {
      channel.start({
        frame: (text) => {
          tell(text, to.received)
          reader.frame(text)
        },
        unreadable: (start, issue) => {
          reader.unreadable(start, issue)
        },
      })
    },
    send: (text, gone) => {
      tell(text, to.sent)
      channel.send(text, gone)
    },
    close: () => channel.close(),
    [Symbol.asyncDispose]: () => channel.close(),
  }
}

function tell(text: string, to: (message: WireMessage) => void): void {
  try {
    const message: unknown = JSON.parse(text)
    if (typeof message === 'object' && message !== null) to(message as WireMessage)
  } catch {
    // Not a message: the reader hears of it, the transcript does not.
  }
}
