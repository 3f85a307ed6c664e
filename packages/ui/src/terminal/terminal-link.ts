import type { Fault } from '@x/agents/conversation'
import { FeedConnection } from '../connection/feed-connection.ts'
import type { ConnectionStatus, FeedSocket } from '../connection/feed-connection.ts'
import { Store } from '../connection/store.ts'
import type { Timers } from '../connection/timers.ts'
import { Acknowledger } from './acknowledger.ts'
import { parseServerMessage } from './parse-server-message.ts'
import { MAX_BURST, splitBurst } from './split-burst.ts'
import type { TerminalSize, ViewerMessage } from './terminal-messages.ts'

/**
 * - `connecting`: the first screen has not come yet.
 * - `live`: what is shown is what the program shows.
 * - `reconnecting`: the link broke, or never came about; what is shown is what was last known.
 * - `ended`: the program has ended.
 * - `failed`: the server could not open it.
 * - `left`: nobody looks, or the browser is logged out.
 */
export type TerminalState =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'reconnecting'; readonly attempt: number }
  | { readonly state: 'ended'; readonly exitCode: number | null; readonly signal: string | null }
  | { readonly state: 'failed'; readonly fault: Fault }
  | { readonly state: 'left' }

/** Where the program's bytes are drawn, in the order of the calls. */
export interface TerminalScreen {
  write(data: Uint8Array, drawn: () => void): void
  /** Forgets what is shown; a screen of this size follows. */
  reset(size: TerminalSize): void
  resize(size: TerminalSize): void
}

/** The part of a WebSocket that is used. */
export interface TerminalSocket extends FeedSocket {
  send(data: string | Uint8Array<ArrayBuffer>): void
}

export interface TerminalLinkOptions {
  readonly openSocket: () => TerminalSocket
  readonly screen: TerminalScreen
  /** Called when a whole new screen is being drawn: the program has this size. */
  readonly onScreen: (size: TerminalSize) => void
  readonly onLoggedOut: () => void
  readonly timers: Timers
  /** From 0 up to 1. */
  readonly random: () => number
}

/** One view of a session's terminal, over however many connections. Each begins with the whole screen. */
export class TerminalLink {
  readonly state = new Store<TerminalState>({ state: 'connecting' })
  private readonly options: TerminalLinkOptions
  private readonly connection: FeedConnection
  private socket: TerminalSocket | undefined
  private acknowledger = new Acknowledger(() => undefined)
  /** Nothing of this connection is shown before its screen. */
  private hasScreen = false

  constructor(options: TerminalLinkOptions) {
    this.options = options
    this.connection = new FeedConnection({
      openSocket: () => this.begin(),
      onMessage: (text) => this.hear(text),
      onBytes: (data) => this.draw(data),
      onStatus: (status) => this.follow(status),
      timers: options.timers,
      random: options.random,
    })
  }

  open(): void {
    this.state.write({ state: 'connecting' })
    this.connection.open()
  }

  close(): void {
    this.connection.close()
  }

  wake(): void {
    this.connection.wake()
  }

  /** Types something, all of it at once. @returns false when it can't be taken: nobody listens, or it is too much */
  type(burst: Uint8Array<ArrayBuffer>): boolean {
    if (this.state.read().state !== 'live' || burst.length > MAX_BURST) return false
    for (const message of splitBurst(burst)) this.socket?.send(encode(message))
    return true
  }

  /** Asks for another size of the program. Does nothing while nobody listens. */
  resize({ columns, rows }: TerminalSize): void {
    if (this.state.read().state === 'live') this.socket?.send(encode({ type: 'resize', columns, rows }))
  }

  private begin(): TerminalSocket {
    const socket = this.options.openSocket()
    this.socket = socket
    this.hasScreen = false
    this.acknowledger = new Acknowledger((bytes) => {
      if (socket === this.socket) socket.send(encode({ type: 'acknowledge', bytes }))
    })
    return socket
  }

  private hear(text: string): void {
    const message = parseServerMessage(text)
    if (!message) {
      this.connection.restart()
      return
    }
    switch (message.type) {
      case 'screen': {
        const { columns, rows } = message
        this.hasScreen = true
        this.connection.confirm()
        this.options.screen.reset({ columns, rows })
        this.state.write({ state: 'live' })
        this.options.onScreen({ columns, rows })
        return
      }
      case 'resized':
        this.options.screen.resize({ columns: message.columns, rows: message.rows })
        return
      case 'ended':
        this.leave({ state: 'ended', exitCode: message.exitCode, signal: message.signal })
        return
      case 'failed': {
        const { message: words, remedy } = message
        this.leave({
          state: 'failed',
          fault: { message: words, ...(remedy === undefined ? {} : { remedy }) },
        })
      }
    }
  }

  private draw(data: ArrayBuffer): void {
    if (!this.hasScreen) {
      this.connection.restart()
      return
    }
    const bytes = new Uint8Array(data)
    const { acknowledger } = this
    acknowledger.received(bytes.length)
    this.options.screen.write(bytes, () => acknowledger.drew(bytes.length))
  }

  private leave(last: TerminalState): void {
    this.connection.close()
    this.state.write(last)
  }

  private follow(status: ConnectionStatus): void {
    // What is drawn from now on was sent by a connection that is gone: nobody waits for its acknowledgement.
    if (status.state === 'reconnecting' || status.state === 'closed') this.socket = undefined
    if (status.state === 'reconnecting') this.state.write(status)
    if (status.state !== 'closed') return
    if (status.reason === 'logged-out') this.options.onLoggedOut()
    const over = status.reason === 'ended'
    this.state.write(over ? { state: 'ended', exitCode: null, signal: null } : { state: 'left' })
  }
}

function encode(message: Uint8Array<ArrayBuffer> | ViewerMessage): string | Uint8Array<ArrayBuffer> {
  return message instanceof Uint8Array ? message : JSON.stringify(message)
}
