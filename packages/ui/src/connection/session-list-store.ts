import type { SessionSummary } from '@x/agents/conversation'
import type { Api, SessionLogin } from './api.ts'
import { FeedConnection } from './feed-connection.ts'
import type { ConnectionStatus, FeedSocket } from './feed-connection.ts'
import { parseListMessage } from './parse-list-message.ts'
import type { SeedLists } from './parse-seeds.ts'
import { Store } from './store.ts'
import type { Timers } from './timers.ts'

export interface SessionListView {
  /** Undefined until the server has told. */
  readonly sessions: readonly SessionSummary[] | undefined
  /** Where a new conversation works when nothing else is said; `null` is a fresh empty directory. */
  readonly defaultDirectory: string | null
  /** What answers when no login is chosen, in words; `null`: one has to be chosen. */
  readonly usualLogin: string | null
  readonly connection: ConnectionStatus
}

export interface SessionListStoreOptions {
  readonly api: Api
  readonly openSocket: () => FeedSocket
  readonly timers: Timers
  readonly random: () => number
  readonly onLoggedOut: () => void
  /** Gets the stored logins, which come by the same feed. @default nobody does */
  readonly onSeeds?: (lists: SeedLists) => void
}

/** All sessions as the page sees them, and what a person can do with them. */
export class SessionListStore {
  readonly view = new Store<SessionListView>({
    sessions: undefined,
    defaultDirectory: null,
    usualLogin: null,
    connection: { state: 'closed', reason: 'idle' },
  })
  private readonly options: SessionListStoreOptions
  private readonly connection: FeedConnection

  constructor(options: SessionListStoreOptions) {
    this.options = options
    this.connection = new FeedConnection({
      openSocket: options.openSocket,
      onMessage: (text) => {
        const message = parseListMessage(text)
        if (!message) this.connection.restart()
        else if (message.type === 'sessions') this.confirm(message.sessions)
        else options.onSeeds?.(message.lists)
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
    const { sessions, ...defaults } = await this.options.api.sessions()
    const live = this.view.read().connection.state === 'live' && this.view.read().sessions !== undefined
    this.change(live ? defaults : { sessions, ...defaults })
  }

  /** Starts a conversation; it is on its way when this resolves. @throws RequestError */
  async create(directory: string | null, login?: SessionLogin): Promise<SessionSummary> {
    const made = await this.options.api.createSession(directory, login)
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
