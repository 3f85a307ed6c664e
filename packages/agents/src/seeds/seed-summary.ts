import type { Lease } from '../store/lease.ts'
import type { SeedRefresh } from '../store/refresh.ts'
import type { SeedKey, SeedRecord, SeedStatus } from '../store/seed-record.ts'
import { accountIn, plainText, type SeedAccount } from './account.ts'

/** A stored login as a person sees it. Times are the store's, in milliseconds. */
export interface SeedSummary extends SeedKey {
  readonly name: string
  readonly agent: string
  readonly pool?: string
  readonly status: SeedStatus
  /** As it was when it was captured, or said last. */
  readonly account?: SeedAccount
  /** When its content was written last: captured, or rotated. */
  readonly savedAt: number
  readonly createdAt: number
  /** When it was last handed out. */
  readonly leasedAt?: number
  readonly deletedAt?: number
  /** What a check of it found last. */
  readonly verified?: {
    readonly at: number
    readonly verdict: 'alive' | 'dead' | 'inconclusive'
    readonly detail?: string
  }
  /** How it stands with the broker, who renews its tokens. */
  readonly refresh: SeedRefresh
  /** Sessions that use it now without a lease: through the broker, or with a key that many may have. */
  readonly sessions: readonly string[]
  /** Who uses it, since when and on which worker; or who did when it was lost. */
  readonly lease?: Lease
}

export function summarise(seed: SeedRecord, sessions: readonly string[] = []): SeedSummary {
  const {
    seedId,
    owner,
    name,
    agent,
    pool,
    status,
    savedAt,
    createdAt,
    leasedAt,
    deletedAt,
    lease,
    metadata,
  } = seed
  const account = accountIn(metadata)
  const verified = verifiedOf(metadata['verified'])
  return {
    owner,
    seedId,
    name,
    agent,
    status,
    createdAt,
    savedAt,
    refresh: seed.refresh,
    sessions: [...new Set(sessions)],
    ...(pool !== undefined && { pool }),
    ...(account && { account }),
    ...(leasedAt !== undefined && { leasedAt }),
    ...(deletedAt !== undefined && { deletedAt }),
    ...(verified && { verified }),
    ...(lease && { lease }),
  }
}

function verifiedOf(value: unknown): SeedSummary['verified'] {
  if (typeof value !== 'object' || value === null || !('at' in value) || !('verdict' in value))
    return undefined
  const { at, verdict } = value
  if (typeof at !== 'number') return undefined
  if (verdict !== 'alive' && verdict !== 'dead' && verdict !== 'inconclusive') return undefined
  const detail = 'detail' in value ? plainText(value.detail) : undefined
  return { at, verdict, ...(detail !== undefined && { detail }) }
}
