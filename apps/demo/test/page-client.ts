import type { ConversationState, FeedFrame, FeedView, SessionSummary } from '@x/agents/conversation'
import { foldFrame } from '@x/agents/conversation'
import { WebSocket } from 'ws'

/** What the page does, without a browser. */
export class PageClient {
  readonly origin: string
  readonly cookie: string

  private constructor(origin: string, cookie: string) {
    this.origin = origin
    this.cookie = cookie
  }

  /** Opens an address as it was printed. */
  static async open(url: string): Promise<PageClient> {
    const { origin, hash } = new URL(url)
    const response = await fetch(`${origin}/api/login`, {
      method: 'POST',
      headers: { origin, 'content-type': 'application/json' },
      body: JSON.stringify({ token: new URLSearchParams(hash.slice(1)).get('token') }),
    })
    const cookie = response.headers.get('set-cookie')?.split(';')[0]
    if (response.status !== 204 || cookie === undefined)
      throw new Error(`not logged in: ${await response.text()}`)
    return new PageClient(origin, cookie)
  }

  at(origin: string): PageClient {
    return new PageClient(origin, this.cookie)
  }

  async ask(method: string, target: string, body?: unknown): Promise<{ status: number; body: unknown }> {
    const response = await fetch(`${this.origin}${target}`, {
      method,
      headers: { origin: this.origin, cookie: this.cookie, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) }
  }

  /** Asks for a session. @returns its id */
  async create(directory: string | null): Promise<string> {
    const { status, body } = await this.ask('POST', '/api/sessions', { directory })
    if (status !== 201) throw new Error(`no session: ${JSON.stringify(body)}`)
    return (body as SessionSummary).id
  }

  /** Says something in a session of its own and waits for the end of the turn. @returns the session's id */
  async talk(text: string, directory: string | null): Promise<string> {
    const id = await this.create(directory)
    await this.sessions((all) => all.some((one) => one.id === id && one.status.state === 'ready'))
    await this.ask('POST', `/api/sessions/${id}/messages`, { text, clientId: id })
    await this.conversation(id, (state) => state.turns.at(-1)?.status === 'completed')
    return id
  }

  /** Waits until the list is as wanted. */
  async sessions(
    wanted: (sessions: readonly SessionSummary[]) => boolean,
  ): Promise<readonly SessionSummary[]> {
    for await (const text of this.frames('/api/sessions/feed')) {
      const { sessions } = JSON.parse(text) as { sessions?: readonly SessionSummary[] }
      // The stored logins come by the same feed.
      if (sessions && wanted(sessions)) return sessions
    }
    throw new Error('the feed ended')
  }

  /** Waits until a conversation is as wanted. */
  async conversation(id: string, wanted: (state: ConversationState) => boolean): Promise<ConversationState> {
    let view: FeedView | undefined
    for await (const text of this.frames(`/api/sessions/${id}/feed`)) {
      view = foldFrame(view, JSON.parse(text) as FeedFrame)
      if (!view) throw new Error('a frame is missing')
      if (wanted(view.state)) return view.state
    }
    throw new Error(`the feed ended at ${JSON.stringify(view?.state)}`)
  }

  private async *frames(target: string): AsyncGenerator<string> {
    const socket = new WebSocket(`${this.origin.replace('http', 'ws')}${target}`, {
      headers: { origin: this.origin, cookie: this.cookie },
    })
    const frames: string[] = []
    const link = { over: false }
    let wake = (): void => undefined
    socket.on('message', (data: Buffer) => {
      frames.push(data.toString())
      wake()
    })
    socket.on('error', () => undefined)
    socket.on('close', () => {
      link.over = true
      wake()
    })
    try {
      while (!link.over || frames.length > 0) {
        const frame = frames.shift()
        if (frame === undefined) await new Promise<void>((resolve) => (wake = resolve))
        else yield frame
      }
    } finally {
      socket.terminate()
    }
  }
}
