import { backOffMs } from './back-off.ts'
import type { Timers } from './timers.ts'

/** An attempt that got no answer for this long has failed: a tunnel may swallow packets without a word. */
const CONNECT_TIMEOUT_MS = 10_000
/** A connection that lived this long counts as good, even when nothing was said on it. */
const GOOD_AFTER_MS = 2_000
const CLOSE_ENDED = 1000
const CLOSE_LOGGED_OUT = 4401

/**
 * - `connecting`: the first attempt is on its way.
 * - `live`: what happens arrives.
 * - `reconnecting`: it was lost, or never came about; `attempt` counts since it was last good.
 * - `closed`: over. `ended`: the server has nothing more to tell. `idle`: nobody looks at it.
 */
export type ConnectionStatus =
  | { readonly state: 'connecting' }
  | { readonly state: 'live' }
  | { readonly state: 'reconnecting'; readonly attempt: number }
  | { readonly state: 'closed'; readonly reason: 'ended' | 'logged-out' | 'idle' }

/** The part of a WebSocket that is used. */
export interface FeedSocket {
  onopen: ((event: Event) => void) | null
  onmessage: ((event: MessageEvent) => void) | null
  onclose: ((event: CloseEvent) => void) | null
  close(): void
}

export interface FeedConnectionOptions {
  /** Opens a socket to where the feed goes on now. */
  readonly openSocket: () => FeedSocket
  readonly onMessage: (text: string) => void
  /** Gets binary messages of a socket that gives them as `ArrayBuffer`. @default they make no sense */
  readonly onBytes?: (data: ArrayBuffer) => void
  readonly onStatus: (status: ConnectionStatus) => void
  /** An attempt was turned away before it was open: a browser does not say why. */
  readonly onTurnedAway?: () => void
  readonly timers: Timers
  /** From 0 up to 1. */
  readonly random: () => number
}

/**
 * Keeps one feed open, however often it breaks.
 *
 * `idle` —open→ `connecting` —socket opens→ `live` —socket closes→ `reconnecting` (waits, then tries) → `live`.
 * A close code that says so ends in `closed`; there only `open` does anything. "Not found" is no such code: after a
 * restart of the server a session may be known again only a moment later. Messages and ends of a socket that is
 * no longer ours are ignored in every state. `wake` shortens a wait and is ignored elsewhere.
 */
export class FeedConnection {
  private readonly options: FeedConnectionOptions
  private socket: FeedSocket | undefined
  private cancelTimer: (() => void) | undefined
  private waiting = false
  private attempt = 0
  private openedAt: number | undefined
  private status: ConnectionStatus = { state: 'closed', reason: 'idle' }

  constructor(options: FeedConnectionOptions) {
    this.options = options
  }

  /** Connects. Does nothing while it is connected, or on its way. */
  open(): void {
    if (this.status.state !== 'closed') return
    this.attempt = 0
    this.tell({ state: 'connecting' })
    this.connect()
  }

  /** Leaves. */
  close(): void {
    this.end('idle')
  }

  /** The network is back or somebody looks: try now. */
  wake(): void {
    if (this.waiting) this.connect()
  }

  /** What came made no sense: begin anew, after a pause that grows while that goes on. */
  restart(): void {
    if (this.status.state !== 'closed') this.lose()
  }

  /** What came made sense: the next pause is a short one. */
  confirm(): void {
    this.attempt = 0
  }

  private connect(): void {
    const { openSocket, timers } = this.options
    this.drop()
    const socket = openSocket()
    this.socket = socket
    this.cancelTimer = timers.after(CONNECT_TIMEOUT_MS, () => this.lose())
    socket.onopen = () => {
      if (socket !== this.socket) return
      this.cancelTimer?.()
      this.openedAt = timers.now()
      this.tell({ state: 'live' })
    }
    socket.onmessage = ({ data }) => {
      if (socket !== this.socket) return
      if (typeof data === 'string') this.options.onMessage(data)
      else if (this.options.onBytes && data instanceof ArrayBuffer) this.options.onBytes(data)
      else this.restart()
    }
    socket.onclose = ({ code }) => {
      if (socket === this.socket) this.closed(code)
    }
  }

  private closed(code: number): void {
    const turnedAway = this.openedAt === undefined
    if (code === CLOSE_LOGGED_OUT) this.end('logged-out')
    else if (code === CLOSE_ENDED) this.end('ended')
    else {
      this.lose()
      if (turnedAway) this.options.onTurnedAway?.()
    }
  }

  private lose(): void {
    const { timers, random } = this.options
    const lived = this.openedAt === undefined ? 0 : timers.now() - this.openedAt
    if (lived >= GOOD_AFTER_MS) this.attempt = 0
    this.drop()
    this.attempt += 1
    this.waiting = true
    this.cancelTimer = timers.after(backOffMs(this.attempt, random), () => this.connect())
    this.tell({ state: 'reconnecting', attempt: this.attempt })
  }

  private end(reason: Extract<ConnectionStatus, { state: 'closed' }>['reason']): void {
    this.drop()
    this.tell({ state: 'closed', reason })
  }

  private drop(): void {
    const socket = this.socket
    this.cancelTimer?.()
    this.cancelTimer = undefined
    this.socket = undefined
    this.waiting = false
    this.openedAt = undefined
    socket?.close()
  }

  private tell(status: ConnectionStatus): void {
    this.status = status
    this.options.onStatus(status)
  }
}
