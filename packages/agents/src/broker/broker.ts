import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { BrokerEvents } from './broker-events.ts'
import type { AccessTokens } from './token-provider.ts'

/** Which session of whom, and the login that it uses. */
export interface BrokeredSession extends SeedKey {
  /** Unique for each session; its handles die with it. */
  readonly session: string
}

/** What a session starts with. */
export interface SessionGrant extends AccessTokens {
  /** Stands where the refresh token would. The broker keeps its hash alone: it can't be had again. */
  readonly handle: string
  /** Of the content that the tokens come from. */
  readonly seed: SeedRecord
}

/**
 * Holds the refresh tokens of all logins, and gives sessions short-lived access tokens. Disposing closes it.
 *
 * A login is `idle`, `refreshing`, `unknown` or `dead`, as its seed's `refresh` says. *idle*: tokens are handed out as
 * they are, and renewed when they are about to expire or when a session comes back with the newest one. *refreshing*:
 * everybody waits for the one who does it. *unknown* and *dead*: what has not expired is still handed out, nothing is
 * renewed; a new login under the same seed (`refreshes.replaceLogin` of the store) ends both, and the handles go on.
 */
export interface Broker extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/oauth/token`, on this machine. */
  readonly url: string
  readonly port: number
  /**
   * Gives a session a handle and tokens to begin with. Earlier handles of the session stay good: revoke them first if
   * a stranger may have seen them.
   * @throws BrokerError @throws StoreError
   */
  readonly issue: (session: BrokeredSession) => Promise<SessionGrant>
  /** Lets the handles of a session that lives last their whole lifetime from now on. @returns how many. @throws StoreError */
  readonly extend: (session: { readonly owner: string; readonly session: string }) => Promise<number>
  /** Ends the handles of a session, or of all that use a seed. @returns how many there were. @throws StoreError */
  readonly revoke: (
    of: { readonly owner: string } & ({ readonly session: string } | { readonly seedId: string }),
  ) => Promise<number>
  /** The sessions that use a login. @throws StoreError */
  readonly sessions: (key: SeedKey) => Promise<readonly string[]>
  /**
   * Tokens of a login as they are, renewed first when they are about to expire; with `force` renewed in any case.
   * @throws BrokerError @throws StoreError
   */
  readonly tokens: (key: SeedKey, options?: { readonly force?: boolean }) => Promise<AccessTokens>
  readonly on: <Name extends keyof BrokerEvents>(
    name: Name,
    listener: (event: BrokerEvents[Name][0]) => void,
  ) => Disposable
  /**
   * Answers nobody any more, and waits for refreshes that run, so that no token is lost; after `closeMs` it gives up.
   * Handles stay good, the store stays open. Idempotent.
   */
  readonly close: () => Promise<void>
}
