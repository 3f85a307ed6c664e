import type { FrameChannel } from '../transport/frame-channel.ts'
import type { TranscriptStep, WireMessage } from './transcript.ts'

/** Everything that went over the channels of one recording, in order. */
export interface TranscriptRecording {
  /** What was recorded until now: raw, with paths, ids and times as they came. */
  readonly steps: readonly TranscriptStep[]
  /** Records all that goes through `channel` from its start on; use what it returns in its place. */
  record(channel: FrameChannel): FrameChannel
}

/**
 * Begins a recording; the channels stay the caller's. A frame that is not a JSON object is left out.
 *
 * Every frame is handed over in a turn of the event loop of its own, so that what the client says to it is recorded
 * right after it and not wherever the network's chunks happened to end.
 */
export function createTranscriptRecording(): TranscriptRecording {
  const steps: TranscriptStep[] = []
  let connections = 0
  return {
    steps,
    record(channel) {
      connections += 1
      const where = connections === 1 ? {} : { connection: connections }
      const tap = recorded(channel, {
        sent: (expect) => void steps.push({ expect, ...where }),
        received: (emit) => void steps.push({ emit, ...where }),
      })
      void tap.closed.then(({ reason }) => {
        steps.push({ exit: reason === 'closed-here' ? 'client' : 'server', ...where })
      })
      return tap
    },
  }
}

function recorded(
  channel: FrameChannel,
  to: { readonly sent: (message: WireMessage) => void; readonly received: (message: WireMessage) => void },
): FrameChannel {
  const turns = new Turns()
  return {
    closed: channel.closed.then((closed) => {
      turns.flush()
      return closed
    }),
    start: (reader) => {
      channel.start({
        frame: (text) => {
          turns.add(() => {
            tell(text, to.received)
            reader.frame(text)
          })
        },
        unreadable: (start, issue) => {
          turns.add(() => {
            reader.unreadable(start, issue)
          })
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

/** Runs what is added in order, each in its own turn of the event loop. */
class Turns {
  readonly #waiting: (() => void)[] = []

  add(run: () => void): void {
    this.#waiting.push(run)
    if (this.#waiting.length === 1) this.#schedule()
  }

  flush(): void {
    for (const run of this.#waiting.splice(0)) run()
  }

  #schedule(): void {
    setImmediate(() => {
      const run = this.#waiting[0]
      if (!run) return
      run()
      this.#waiting.shift()
      if (this.#waiting.length > 0) this.#schedule()
    })
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
