import type { Fault } from '@x/agents/conversation'
import type { SeedAccount, SeedVerdict } from '@x/agents/seeds'

/** Who uses a login, or did when it was lost. */
export interface SeedUser {
  /** For a person: what the session is called, else the name that its holder gave. */
  readonly name: string
  /** Set for a session of the list. */
  readonly sessionId?: string
  /** Where the login lies meanwhile. */
  readonly worker?: string
  /** Milliseconds since 1970. */
  readonly since?: number
  /** It went away without giving the login back: nobody gets it until somebody has looked there. */
  readonly isLost?: boolean
}

/** A stored login as a person sees it: nothing in it is a secret. Times are milliseconds since 1970. */
export interface ListedSeed {
  readonly id: string
  readonly name: string
  /** Whose login it is, for example `codex`. */
  readonly agent: string
  /**
   * - `idle`: it can be used.
   * - `refreshing`: somebody renews its tokens right now.
   * - `unknown`: nobody knows whether its token is spent: a person has to log in again.
   * - `dead`: it was refused for good: a person has to log in again.
   */
  readonly state: 'idle' | 'refreshing' | 'unknown' | 'dead'
  /** Why it is unknown or dead, or why it was not renewed last. */
  readonly reason?: string
  readonly account?: SeedAccount
  readonly createdAt: number
  /** When its content was written last. */
  readonly savedAt: number
  /** When its tokens were renewed last. */
  readonly refreshedAt?: number
  /** What a check of it has found last. */
  readonly verified?: {
    readonly at: number
    readonly verdict: SeedVerdict['type']
    readonly detail?: string
  }
  readonly users: readonly SeedUser[]
}

/**
 * A person who is logging in.
 *
 * *starting* until there is something to show; *waiting* until the person has typed the code elsewhere; then *done* or
 * *failed*, which stay until they are dismissed.
 */
export type LoginState =
  | { readonly state: 'starting'; readonly doing: string; readonly progress?: number }
  | {
      readonly state: 'waiting'
      /** What the person opens, on any device. */
      readonly url: string
      /** What they type there. */
      readonly code: string
      readonly expiresAt?: number
    }
  | { readonly state: 'done'; readonly seedId: string }
  | { readonly state: 'failed'; readonly fault: Fault }

export interface ListedLogin {
  readonly id: string
  readonly method: 'device-code' | 'api-key'
  /** The seed that gets a new login by it; without one it will be a new seed. */
  readonly seedId?: string
  readonly status: LoginState
}

/** How to log in. A key is used once and kept nowhere but in the seed. */
export type LoginRequest = {
  /** What the seed will be called. @default whose login it is */
  readonly name?: string
  /** Gives this seed a new login: its id, its name and its sessions stay. */
  readonly seedId?: string
} & ({ readonly method: 'device-code' } | { readonly method: 'api-key'; readonly key: string })

/**
 * The logins that somebody keeps, as a server shows them, and what a person may do with them. Methods that take an id
 * reject with `StoreError` `not-found` when there is no such seed, and with what stands in the way otherwise.
 */
export interface SeedDirectory {
  /** Oldest first. */
  list(): readonly ListedSeed[]
  /** Those who are logging in, oldest first. */
  logins(): readonly ListedLogin[]
  /** Calls `listener` after anything in either list has changed. It may be called more often than that. */
  onChange(listener: () => void): Disposable
  rename(id: string, name: string): Promise<void>
  /** Asks the provider whether the login still works. */
  verify(id: string, options: { readonly signal: AbortSignal }): Promise<SeedVerdict>
  /** @throws SeedError `in-use` */
  delete(id: string): Promise<void>
  /** The login, encrypted to a passphrase of at least eight characters. */
  export(id: string, options: { readonly passphrase: string }): Promise<Uint8Array>
  /** @throws SeedError `wrong-passphrase`, `not-an-export`, `newer-export` and what says that it is no login */
  import(
    sealed: Uint8Array,
    options: { readonly passphrase: string; readonly name?: string },
  ): Promise<ListedSeed>
  /**
   * Begins to log in and returns at once, while it is `starting`. How that goes shows in the list.
   * @throws LoginRefusedError when it can't begin
   */
  logIn(request: LoginRequest): Promise<ListedLogin>
  /** Cancels one that is under way, or dismisses one that is over. @returns false when there is no such one */
  endLogin(id: string): Promise<boolean>
}
