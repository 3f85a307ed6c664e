import { once } from 'node:events'
import { foldFrame, type ConversationState, type FeedFrame, type FeedView } from '@x/agents/conversation'
import WebSocket from 'ws'
import type { Page } from './page.ts'

const OPEN_MS = 10_000

/**
 * One browser's view of a conversation: it folds what the feed sends, and comes back with its cursor after a cut.
 * Whoever opens it closes it.
 */
export class FeedViewer {
  private readonly page: Page
  private readonly sessionId: string
  private readonly waiting = new Set<() => void>()
  private view: FeedView | undefined
  private socket: WebSocket | undefined
  /** Frames that did not follow on the one before. */
  gaps = 0

  constructor(page: Page, sessionId: string) {
    this.page = page
    this.sessionId = sessionId
  }

  get state(): ConversationState | undefined {
    return this.view?.state
  }

  get isConnected(): boolean {
    return this.socket?.readyState === WebSocket.OPEN
  }

  /** Connects, or connects again after a cut. @throws Error when the feed can't be had */
  async connect(): Promise<void> {
    if (this.isConnected) return
    const { cursor } = this.view ?? {}
    const query = cursor ? `?epoch=${encodeURIComponent(cursor.epoch)}&seq=${cursor.seq}` : ''
    const { origin, cookie } = this.page
    const url = `${origin.replace(/^http/, 'ws')}/api/sessions/${this.sessionId}/feed${query}`
    const socket = new WebSocket(url, {
      origin,
      headers: { cookie },
      perMessageDeflate: false,
      handshakeTimeout: OPEN_MS,
    })
    this.socket = socket
    socket.on('message', (data: Buffer) => this.take(JSON.parse(String(data)) as FeedFrame, socket))
    socket.on('close', () => this.wake())
    await once(socket, 'open')
    socket.on('error', () => undefined)
  }

  /** Resolves when the state is as wanted; false when that does not happen in time, or the connection is cut. */
  async until(
    holds: (state: ConversationState) => boolean,
    options: { readonly timeoutMs: number; readonly signal: AbortSignal },
  ): Promise<boolean> {
    const over = new AbortController()
    // Not `AbortSignal.any` with `AbortSignal.timeout`: garbage collection takes the timeout, and it never comes.
    const late = setTimeout(() => over.abort(), options.timeoutMs)
    const stop = (): void => over.abort()
    options.signal.addEventListener('abort', stop, { once: true })
    try {
      for (;;) {
        if (this.view && holds(this.view.state)) return true
        if (options.signal.aborted || over.signal.aborted || !this.isConnected) return false
        await this.changed(over.signal)
      }
    } finally {
      clearTimeout(late)
      options.signal.removeEventListener('abort', stop)
    }
  }

  /** Resolves with the next change of the state or the connection, or the abort of `signal`. */
  changed(signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        this.waiting.delete(done)
        signal.removeEventListener('abort', done)
        resolve()
      }
      this.waiting.add(done)
      signal.addEventListener('abort', done, { once: true })
    })
  }

  close(): void {
    this.socket?.terminate()
    this.wake()
  }

  private take(frame: FeedFrame, socket: WebSocket): void {
    if (socket !== this.socket) return
    const next = foldFrame(this.view, frame)
    if (next) this.view = next
    else this.gaps += 1
    this.wake()
  }

  private wake(): void {
    for (const resume of [...this.waiting]) resume()
  }
}
