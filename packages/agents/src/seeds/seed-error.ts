import type { Lease, LeaseCounts } from '../store/lease.ts'

/**
 * - `not-logged-in`: a file of the login is missing, or nobody is logged in with it.
 * - `half-written`: a file ends in the middle; try again when its writer is done.
 * - `unusable`: the login is of a kind that can't be carried.
 * - `unsafe`: a file leads out of the home, is too large or no file; or a seed holds what its manifest does not name.
 * - `damaged`: the content is no seed.
 * - `unknown-agent`: no manifest was given for the agent of the seed.
 * - `newer-seed`: a newer version of the manifest made it.
 * - `needs-lease`: a login that is used up by using it goes to a worker under a lease only.
 * - `other-account`: a new login for a seed is one of somebody else; the message says of whom.
 * - `in-use`: somebody holds it, or held it when it was lost; `lease` says who.
 * - `none-alive`: no seed of those that were asked for can be waited for.
 * - `timed-out`: none was free in time; `seeds` says what stood in the way.
 * - `wrong-passphrase`: another passphrase, or the export was changed.
 * - `not-an-export`: these bytes are no export of a seed.
 * - `newer-export`: a newer version of this software made the export.
 */
export type SeedErrorCode =
  | 'not-logged-in'
  | 'half-written'
  | 'unusable'
  | 'unsafe'
  | 'damaged'
  | 'unknown-agent'
  | 'newer-seed'
  | 'needs-lease'
  | 'other-account'
  | 'in-use'
  | 'none-alive'
  | 'timed-out'
  | 'wrong-passphrase'
  | 'not-an-export'
  | 'newer-export'

export interface SeedErrorFacts {
  /** The file that it is about, relative to the home. */
  readonly file?: string
  /** Who keeps the seed. */
  readonly lease?: Lease
  /** What stood in the way of a lease. */
  readonly seeds?: LeaseCounts
}

/** What is thrown when a login can't be captured, carried or had. Its message holds nothing of the login. */
export class SeedError extends Error {
  override readonly name: string = 'SeedError'
  readonly code: SeedErrorCode
  readonly file: string | undefined
  readonly lease: Lease | undefined
  readonly seeds: LeaseCounts | undefined

  constructor(code: SeedErrorCode, message: string, options: ErrorOptions & SeedErrorFacts = {}) {
    super(message, options)
    this.code = code
    this.file = options.file
    this.lease = options.lease
    this.seeds = options.seeds
  }
}

/** The claim on a seed is somebody else's now, or nobody's: stop using the login at once, and write nothing. */
export class LeaseLostError extends Error {
  override readonly name: string = 'LeaseLostError'
  readonly code = 'lease-lost'
  readonly seedId: string
  /** Who has lost it. */
  readonly holder: string

  constructor(seedId: string, holder: string, options?: ErrorOptions) {
    super(`${holder} has lost its lease of seed ${seedId}`, options)
    this.seedId = seedId
    this.holder = holder
  }
}
