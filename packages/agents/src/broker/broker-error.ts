import type { SeedRefresh } from '../store/refresh.ts'

/**
 * - `login-dead`: the provider has refused the login for good, or a person has marked it so.
 * - `login-unknown`: a refresh has left and nobody knows what became of it; its token may be spent.
 * - `login-leased`: a session holds the login itself, and refreshes it where it is.
 * - `unavailable`: no token can be had now; nothing was learned about the login.
 * - `unusable-login`: the seed holds nothing that can be brokered.
 * - `no-provider`: no provider was given for the agent of the seed.
 * - `port-taken`: something else listens at that port.
 * - `closed`: the broker was closed.
 */
export type BrokerErrorCode =
  | 'login-dead'
  | 'login-unknown'
  | 'login-leased'
  | 'unavailable'
  | 'unusable-login'
  | 'no-provider'
  | 'port-taken'
  | 'closed'

/** What the broker throws. Its message holds neither tokens nor handles. */
export class BrokerError extends Error {
  override readonly name: string = 'BrokerError'
  readonly code: BrokerErrorCode
  /** How the login stands, where that is the cause. */
  readonly refresh: SeedRefresh | undefined

  constructor(
    code: BrokerErrorCode,
    message: string,
    options: ErrorOptions & { readonly refresh?: SeedRefresh } = {},
  ) {
    super(message, options)
    this.code = code
    this.refresh = options.refresh
  }

  /** What a person can do about it. */
  get remedy(): string | undefined {
    if (this.code === 'login-dead' || this.code === 'login-unknown') return 'log in again'
    return this.code === 'port-taken' ? 'end what listens there, or choose another port' : undefined
  }
}
