import { Ending } from '../transport/ending.ts'
import type { FrameChannel, FrameReader } from '../transport/frame-channel.ts'
import { kindOf, messageDifference, type MessageComparison } from './message-difference.ts'
import type { Transcript, TranscriptStep, WireMessage } from './transcript.ts'

/** How to play. */
export interface PlayOptions {
  /** How closely each message of the client must be the recorded one. @default 'shape' */
  readonly compare?: MessageComparison
}

/** The client did not do what was recorded, or left something undone. */
export class TranscriptMismatchError extends Error {
  override readonly name = 'TranscriptMismatchError'
  /** The step that was due, counted from 1; one more than there are when the transcript was over. */
  readonly step: number

  constructor(step: number, message: string) {
    super(message)
    this.step = step
  }
}

/** The server's side of a transcript. */
export interface TranscriptPlayer extends AsyncDisposable {
  /** The next connection to it: the first call is connection 1 of the transcript. Whoever called closes it. */
  open(): FrameChannel
  /** Resolves when every step was played; rejects with TranscriptMismatchError at the first that went otherwise. */
  readonly finished: Promise<void>
  /**
   * Ends every connection. A client's own end that the recording has next counts as played.
   * @throws TranscriptMismatchError when the client went another way, or steps are left over.
   */
  close(): Promise<void>
}

/**
 * Plays the server's side of `transcript`, strictly in its order: what the server sent before the client's next
 * message is sent at once, and then that message has to come. The client's request numbers may differ from the
 * recorded ones; its answers to the server's requests may not.
 *
 * A message that is not the recorded one ends every connection with `link-failed` and an error that shows both.
 */
export function playTranscript(transcript: Transcript, options: PlayOptions = {}): TranscriptPlayer {
  return new Player(transcript, options.compare ?? 'shape')
}

interface Connection {
  readonly ending: Ending
  readonly sent: WireMessage[]
  reader: FrameReader | undefined
  hasLeft: boolean
}

/**
 * States: *waiting* for the client (the next step is its message, its end, or the beginning of a connection that
 * was not opened yet), *playing* (steps go by until one has to be waited for), and *over* (all was played, or the
 * client went another way), in which nothing is sent any more.
 */
class Player implements TranscriptPlayer {
  readonly finished: Promise<void>
  readonly #transcript: Transcript
  readonly #compare: MessageComparison
  readonly #connections = new Map<number, Connection>()
  /** The client's number of a request by the recorded one, for each connection. */
  readonly #ids = new Map<string, unknown>()
  #opened = 0
  #next = 0
  #playing = false
  #failure: TranscriptMismatchError | undefined
  #resolve: () => void = () => undefined
  #reject: (error: Error) => void = () => undefined

  constructor(transcript: Transcript, compare: MessageComparison) {
    this.#transcript = transcript
    this.#compare = compare
    this.finished = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // It may be that nobody waits for it: `close` throws the same.
    this.finished.catch(() => undefined)
  }

  open(): FrameChannel {
    this.#opened += 1
    const ending = new Ending()
    const connection: Connection = { ending, sent: [], reader: undefined, hasLeft: false }
    this.#connections.set(this.#opened, connection)
    if (this.#failure) fail(connection, this.#failure)
    const close = (): Promise<void> => {
      if (ending.end({ reason: 'closed-here', detail: 'the connection was closed here' })) {
        connection.hasLeft = true
        this.#play()
      }
      return ending.settled
    }
    return {
      closed: ending.closed,
      start: (reader) => {
        connection.reader = reader
        this.#play()
      },
      send: (text, gone) => {
        gone?.()
        if (ending.ended) return
        connection.sent.push(JSON.parse(text) as WireMessage)
        this.#play()
      },
      close,
      [Symbol.asyncDispose]: close,
    }
  }

  close(): Promise<void> {
    const left = this.#transcript.steps.slice(this.#next).filter((step) => !('exit' in step))
    if (left.length > 0)
      this.#fail(`${String(left.length)} steps are left over, the first is:\n  ${shown(left[0])}`)
    for (const { ending } of this.#connections.values())
      ending.end({ reason: 'closed-by-peer', detail: 'the player was closed' })
    return this.#failure ? Promise.reject(this.#failure) : Promise.resolve()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  #play(): void {
    // What the client does in answer to a step comes back here: the loop below takes it up.
    if (this.#playing) return
    this.#playing = true
    try {
      while (this.#failure === undefined && this.#step()) this.#next += 1
    } finally {
      this.#playing = false
    }
    this.#refuseSurplus()
  }

  /** False when the step has to be waited for. */
  #step(): boolean {
    const step = this.#transcript.steps[this.#next]
    if (step === undefined) {
      this.#resolve()
      return false
    }
    const number = step.connection ?? 1
    const connection = this.#connections.get(number)
    if (!connection?.reader) return false
    if ('emit' in step) {
      connection.reader.frame(JSON.stringify(this.#withOurId(step.emit, number)))
      return true
    }
    if ('expect' in step) return this.#expected(step.expect, connection, number)
    if (step.exit === 'client') return connection.hasLeft
    connection.ending.end({ reason: 'closed-by-peer', detail: 'the app-server closed the connection' })
    return true
  }

  #expected(expected: WireMessage, connection: Connection, number: number): boolean {
    const actual = connection.sent.shift()
    if (actual === undefined) {
      if (connection.hasLeft) this.#fail(`the client left before it sent ${kindOf(expected)}`)
      return false
    }
    const differences = messageDifference(expected, actual, this.#compare)
    if (differences.length > 0) {
      const both = `\n  recorded ${shown(expected)}\n  came     ${shown(actual)}`
      this.#fail(`the client sent something else:\n  ${differences.join('\n  ')}${both}`)
      return false
    }
    if (expected['method'] !== undefined && expected['id'] !== undefined)
      this.#ids.set(`${String(number)} ${JSON.stringify(expected['id'])}`, actual['id'])
    return true
  }

  #withOurId(message: WireMessage, number: number): WireMessage {
    if (message['method'] !== undefined) return message
    const key = `${String(number)} ${JSON.stringify(message['id'])}`
    return this.#ids.has(key) ? { ...message, id: this.#ids.get(key) } : message
  }

  /** A message for which the transcript has no place any more. */
  #refuseSurplus(): void {
    if (this.#next < this.#transcript.steps.length) return
    for (const { sent } of this.#connections.values()) {
      const surplus = sent.shift()
      if (surplus) this.#fail(`the transcript is over, and the client sent ${shown(surplus)}`)
    }
  }

  #fail(what: string): void {
    if (this.#failure) return
    const { name, codex } = this.#transcript.header
    const step = this.#next + 1
    this.#failure = new TranscriptMismatchError(step, `${name} of ${codex}, step ${String(step)}: ${what}`)
    this.#reject(this.#failure)
    for (const connection of this.#connections.values()) fail(connection, this.#failure)
  }
}

function fail(connection: Connection, cause: TranscriptMismatchError): void {
  connection.ending.end({ reason: 'link-failed', detail: cause.message, cause })
}

function shown(step: TranscriptStep | WireMessage | undefined): string {
  const text = JSON.stringify(step)
  return text.length > 300 ? `${text.slice(0, 300)}…` : text
}
