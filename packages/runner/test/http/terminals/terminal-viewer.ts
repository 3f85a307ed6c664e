import type { WebSocket } from 'ws'

/** Characters of the text that are kept. */
const KEPT = 1024 * 1024

/** A browser's end of a terminal, that acknowledges what it gets. */
export class TerminalViewer {
  readonly socket: WebSocket
  readonly messages: Record<string, unknown>[] = []
  /** The newest bytes of screens and output. */
  text = ''
  /** While it is false nothing is acknowledged. */
  acknowledges = true
  received = 0
  unacknowledged = 0
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>
  private waiting: (() => void)[] = []

  constructor(socket: WebSocket) {
    this.socket = socket
    this.closed = new Promise((resolve) => {
      socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }))
    })
    socket.on('error', () => undefined)
    socket.on('message', (data: Buffer, isBinary) => {
      if (isBinary) this.draw(data)
      else this.messages.push(JSON.parse(data.toString()) as Record<string, unknown>)
      for (const wake of this.waiting.splice(0)) wake()
    })
  }

  type(data: string | Uint8Array): void {
    this.socket.send(Buffer.from(data))
  }

  say(message: unknown): void {
    this.socket.send(JSON.stringify(message))
  }

  /** Resolves when `enough` holds; asked after every message. */
  async until(enough: (viewer: this) => boolean): Promise<this> {
    while (!enough(this)) await new Promise<void>((resolve) => this.waiting.push(resolve))
    return this
  }

  /** Resolves when the program has written this. */
  shows(text: string): Promise<this> {
    return this.until(() => this.text.includes(text))
  }

  private draw(data: Buffer): void {
    this.text = (this.text + data.toString('latin1')).slice(-KEPT)
    this.received += data.length
    if (data.length === 0) return
    if (this.acknowledges) this.say({ type: 'acknowledge', bytes: data.length })
    else this.unacknowledged += data.length
  }
}
