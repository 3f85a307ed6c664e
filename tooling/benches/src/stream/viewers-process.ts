import { once } from 'node:events'
import { foldFrame, type FeedFrame, type FeedView } from '@x/agents/conversation'
import WebSocket from 'ws'
import { StampReader } from './stamps.ts'
import { serve, type Service } from './worker.ts'

export interface ViewersOpening {
  readonly origin: string
  readonly token: string
  readonly sessionId: string
  readonly viewers: number
  /** Viewers besides that connect and never read. */
  readonly deaf: number
}

export interface Seen {
  /** Milliseconds since the epoch, when the last viewer had seen the end of the next turn. */
  readonly endedAt: number
  /** Of all viewers. */
  readonly lags: readonly number[]
  /** Snapshots that came in place of missed frames. */
  readonly resyncs: number
}

export interface ViewersService extends Service {
  readonly opening: ViewersOpening
  /** How many turns there must be. */
  readonly command: number
  readonly answer: Seen
}

// Viewers as browsers are, over WebSockets, each with a fold of its own.
serve<ViewersService>(async ({ origin, token, sessionId, viewers, deaf }) => {
  const cookie = await logIn(origin, token)
  const connect = (): WebSocket => {
    const url = `${origin.replace(/^http/, 'ws')}/api/sessions/${sessionId}/feed`
    return new WebSocket(url, { origin, headers: { cookie }, perMessageDeflate: false })
  }
  // They listen before they are connected: the first frame may come with the answer to the upgrade.
  const watching = Array.from({ length: viewers }, () => new Watcher(connect()))
  const sleeping = Array.from({ length: deaf }, connect)
  await Promise.all(sleeping.map((socket) => once(socket, 'open')))
  for (const socket of sleeping) socket.pause()
  await Promise.all(watching.map((watcher) => watcher.until(0)))
  return {
    opened: undefined,
    run: async (turns) => {
      await Promise.all(watching.map((watcher) => watcher.until(turns)))
      const endedAt = performance.timeOrigin + performance.now()
      return {
        endedAt,
        lags: watching.flatMap((one) => one.takeLags()),
        resyncs: watching.reduce((sum, one) => sum + one.resyncs, 0),
      }
    },
    close: () => {
      for (const socket of [...sleeping, ...watching.map((one) => one.socket)]) socket.terminate()
      return Promise.resolve()
    },
  }
})

class Watcher {
  readonly socket: WebSocket
  resyncs = -1
  private view: FeedView | undefined
  private stamps = new StampReader()
  private wake: () => void = () => undefined

  constructor(socket: WebSocket) {
    this.socket = socket
    socket.on('message', (data: Buffer) => this.take(JSON.parse(data.toString()) as FeedFrame))
    socket.on('error', () => undefined) // 'close' follows.
    socket.on('close', () => this.wake())
  }

  /** Resolves when so many turns have ended, of none as soon as it sees anything. Rejects when it is cut off. */
  async until(turns: number): Promise<void> {
    const ended = (): number | undefined =>
      this.view?.state.turns.filter(({ status }) => status !== 'in-progress').length
    while ((ended() ?? -1) < turns) {
      if (this.socket.readyState > WebSocket.OPEN) throw new Error('a viewer was cut off')
      await new Promise<void>((resolve) => (this.wake = resolve))
    }
  }

  takeLags(): readonly number[] {
    const { lags } = this.stamps
    this.stamps = new StampReader()
    return lags
  }

  private take(frame: FeedFrame): void {
    this.view = foldFrame(this.view, frame)
    if (frame.type === 'snapshot') this.resyncs += 1
    else for (const event of frame.events) if (event.type === 'item-delta') this.stamps.read(event.text)
    if (frame.type === 'snapshot' || frame.events.some(({ type }) => type === 'turn-ended')) this.wake()
  }
}

async function logIn(origin: string, token: string): Promise<string> {
  const answer = await fetch(`${origin}/api/login`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json' },
    body: JSON.stringify({ token }),
  })
  const cookie = answer.headers.get('set-cookie')?.split(';')[0]
  if (!cookie) throw new Error(`the login was refused with ${answer.status}`)
  return cookie
}
