import { Api } from './api.ts'
import { browserFrames } from './frame-schedule.ts'
import { SeedApi } from './seed-api.ts'
import { SeedListStore } from './seed-list-store.ts'
import { SessionListStore } from './session-list-store.ts'
import { SessionStore } from './session-store.ts'
import { Store } from './store.ts'
import { browserTimers } from './timers.ts'

/** Sessions whose conversation is kept while another one is looked at. */
const KEPT_SESSIONS = 8

/** `checking`: not known yet. `out`: a fresh link is needed. */
export type LoginState = 'checking' | 'in' | 'out'

export interface PageClientOptions {
  /** Where the server is. @default location.origin */
  readonly baseUrl?: string
}

/** What a view of a session's terminal needs of the page. */
export interface TerminalDoor {
  /** `size`: of the program when it must be started. */
  openSocket(mode: 'read' | 'write', size?: { readonly columns: number; readonly rows: number }): WebSocket
  /** The server says that the cookie is not valid. */
  onLoggedOut(): void
  /** Calls `listener` when the network is back or somebody looks. @returns the way to stop it */
  onWake(listener: () => void): () => void
}

/** The page's one connection to its server: login, the list of sessions, and each session that is looked at. */
export class PageClient {
  readonly login = new Store<LoginState>('checking')
  readonly list: SessionListStore
  readonly seeds: SeedListStore
  private readonly baseUrl: string
  private readonly api: Api
  private readonly kept = new Map<string, SessionStore>()
  private readonly sleepers = new Set<() => void>()
  private readonly listening = new AbortController()

  constructor({ baseUrl = location.origin }: PageClientOptions = {}) {
    const onLoggedOut = (): void => this.leave()
    this.baseUrl = baseUrl
    const requests = { baseUrl, fetch: (...args: Parameters<typeof fetch>) => fetch(...args), onLoggedOut }
    this.api = new Api(requests)
    this.seeds = new SeedListStore(new SeedApi(requests))
    this.list = new SessionListStore({
      api: this.api,
      openSocket: () => this.socket('/api/sessions/feed'),
      timers: browserTimers,
      random: Math.random,
      onLoggedOut,
      onSeeds: (lists) => this.seeds.show(lists),
    })
    const { signal } = this.listening
    window.addEventListener('online', () => this.wake(), { signal })
    document.addEventListener(
      'visibilitychange',
      () => {
        if (document.visibilityState === 'visible') this.wake()
      },
      { signal },
    )
  }

  /** Logs in with the token of a link, or with the cookie of an earlier visit, and follows the list of sessions. */
  async open(token?: string): Promise<void> {
    this.login.write('checking')
    // A token that was used before says nothing about the cookie that it gave: the list decides.
    if (token !== undefined) await this.api.login(token).catch(() => undefined)
    await this.list.load().catch(() => undefined)
    if (this.loggedOut()) return
    this.login.write('in')
    this.list.open()
  }

  /** Ends the login of this browser. `login` says `out` then. @throws RequestError when the server could not do it */
  logOut(): Promise<void> {
    return this.api.logout()
  }

  /** The session's store; it connects when it is watched. */
  session(id: string): SessionStore {
    const known = this.kept.get(id)
    const store = known ?? this.createSession(id)
    this.kept.delete(id)
    this.kept.set(id, store)
    for (const old of this.kept.keys()) {
      if (this.kept.size <= KEPT_SESSIONS) break
      this.kept.delete(old)
    }
    return store
  }

  /** The way to the session's terminal. */
  terminalDoor(id: string): TerminalDoor {
    return {
      openSocket: (mode, size) => {
        const query = size ? `&columns=${size.columns}&rows=${size.rows}` : ''
        const socket = this.socket(`/api/sessions/${encodeURIComponent(id)}/terminal?mode=${mode}${query}`)
        socket.binaryType = 'arraybuffer'
        return socket
      },
      onLoggedOut: () => this.leave(),
      onWake: (listener) => {
        this.sleepers.add(listener)
        return () => this.sleepers.delete(listener)
      },
    }
  }

  /** Leaves the server and the window alone. Idempotent. */
  close(): void {
    this.listening.abort()
    this.list.close()
  }

  private createSession(id: string): SessionStore {
    return new SessionStore({
      id,
      api: this.api,
      openSocket: (since) => {
        const query = since ? `?epoch=${encodeURIComponent(since.epoch)}&seq=${since.seq}` : ''
        return this.socket(`/api/sessions/${encodeURIComponent(id)}/feed${query}`)
      },
      timers: browserTimers,
      frames: browserFrames,
      random: Math.random,
      onLoggedOut: () => this.leave(),
    })
  }

  private socket(path: string): WebSocket {
    const url = new URL(path, this.baseUrl)
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:'
    return new WebSocket(url)
  }

  private loggedOut(): boolean {
    return this.login.read() === 'out'
  }

  private leave(): void {
    this.login.write('out')
    this.list.close()
  }

  private wake(): void {
    this.list.wake()
    for (const store of this.kept.values()) store.wake()
    for (const listener of this.sleepers) listener()
  }
}
