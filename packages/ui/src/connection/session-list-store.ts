import type { SessionSummary } from '@x/agents/conversation'
import type { Api } from './api.ts'
import { FeedConnection } from './feed-connection.ts'
import type { ConnectionStatus, FeedSocket } from './feed-connection.ts'
import { parseSessionsMessage } from './parse-sessions.ts'
import { Store } from './store.ts'
import type { Timers } from './timers.ts'

export interface SessionListView {
  /** Undefined until the server has told. */
  readonly sessions: readonly SessionSummary[] | undefined
  /** Where a new conversation works when nothing else is said; `null` is a fresh empty directory. */
  readonly defaultDirectory: string | null
  readonly connection: ConnectionStatus
}

export interface SessionListStoreOptions {
  readonly api: Api
  readonly openSocket: () => FeedSocket
  readonly timers: Timers
  readonly random: () => number
  readonly onLoggedOut: () => void
}

/** All sessions as the page sees them, and what a person can do with them. */
export class SessionListStore {
  readonly view = new Store<SessionListView>({
    sessions: undefined,
    defaultDirectory: null,
    connection: { state: 'closed', reason: 'idle' },
  })
  private readonly options: SessionListStoreOptions
  private readonly connection: FeedConnection

  constructor(options: SessionListStoreOptions) {
    this.options = options
    this.connection = new FeedConnection({
      openSocket: options.openSocket,
      onMessage: (text) => {
        const sessions = parseSessionsMessage(text)
        if (!sessions) this.connection.restart()
        else this.confirm(sessions)
      },
      onStatus: (connection) => {
        this.change({ connection })
        if (connection.state === 'closed' && connection.reason === 'logged-out') options.onLoggedOut()
      },
      // A browser does not tell a refused login from a server that is gone, so ask where the answer can be read.
      onTurnedAway: () => void this.load().catch(() => undefined),
      timers: options.timers,
      random: options.random,
    })
  }

  open(): void {
    this.connection.open()
  }

  close(): void {
    this.connection.close()
  }

  wake(): void {
    this.connection.wake()
  }

  /** Reads the list once. @throws RequestError */
  async load(): Promise<void> {
    const { sessions, defaultDirectory } = await this.options.api.sessions()
    const live = this.view.read().connection.state === 'live' && this.view.read().sessions !== undefined
    this.change(live ? { defaultDirectory } : { sessions, defaultDirectory })
  }

  /** Starts a conversation; it is on its way when this resolves. @throws RequestError */
  async create(directory: string | null): Promise<SessionSummary> {
    const made = await this.options.api.createSession(directory)
    const known = this.view.read().sessions ?? []
    if (!known.some((one) => one.id === made.id)) this.change({ sessions: [made, ...known] })
    return made
  }

  /** Takes up a session that has ended or failed; it is on its way when this resolves. @throws RequestError */
  async resume(id: string): Promise<void> {
    await this.options.api.resumeSession(id)
  }

  /** Ends a session and forgets it. @throws RequestError */
  async end(id: string): Promise<void> {
    await this.options.api.endSession(id)
    this.change({ sessions: this.view.read().sessions?.filter((one) => one.id !== id) })
  }

  private confirm(sessions: readonly SessionSummary[]): void {
    this.connection.confirm()
    this.change({ sessions })
  }

  private change(part: Partial<SessionListView>): void {
    this.view.write({ ...this.view.read(), ...part })
  }
}
