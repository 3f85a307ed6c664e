import type { RefreshAnswer, RefreshClaim, SeedRefresh } from './refresh.ts'
import type { SeedStatus } from './seed-record.ts'

/** As both stores keep it. `claimed` turns into `sent` before a request leaves; times are the store's. */
export interface RefreshRow {
  readonly state: 'idle' | 'claimed' | 'sent' | 'unknown'
  readonly fence: number
  readonly holder: string | null
  readonly at: number | null
  readonly lockMs: number | null
  readonly notBefore: number | null
  readonly reason: string | null
  readonly refreshedAt: number | null
}

/** What a claim is decided by. */
export interface ClaimedSeed {
  readonly status: SeedStatus
  readonly isLeased: boolean
  readonly revision: number
  readonly refresh: RefreshRow
}

/** What others see. Pure: that a holder is late shows in the time alone. */
export function toRefresh(row: RefreshRow, status: SeedStatus, now: number): SeedRefresh {
  return {
    state: stateOf(row, status, now),
    fence: row.fence,
    ...(row.holder !== null && { holder: row.holder }),
    ...(row.state !== 'idle' && row.at !== null && { since: row.at }),
    ...reasonOf(row, now),
    ...(row.notBefore !== null && row.notBefore > now && { notBefore: row.notBefore }),
    ...(row.refreshedAt !== null && { refreshedAt: row.refreshedAt }),
  }
}

/** The answer to a claim, or `take`: then the caller makes it the claim's, comparing the fencing number. Pure. */
export function answerClaim(seed: ClaimedSeed, claim: RefreshClaim, now: number): RefreshAnswer | 'take' {
  const refresh = toRefresh(seed.refresh, seed.status, now)
  const unavailable = (why: 'unknown' | 'dead' | 'leased' | 'too-soon'): RefreshAnswer => ({
    type: 'unavailable',
    why,
    refresh,
  })
  if (seed.revision !== claim.revision) return { type: 'moved', revision: seed.revision }
  if (refresh.state === 'dead') return unavailable('dead')
  if (refresh.state === 'unknown') return unavailable('unknown')
  if (seed.isLeased) return unavailable('leased')
  if (refresh.notBefore !== undefined) return unavailable('too-soon')
  const { state, holder } = seed.refresh
  if (state === 'sent') return { type: 'busy' }
  if (state === 'claimed' && holder !== claim.holder && !isOver(seed.refresh, now)) return { type: 'busy' }
  return 'take'
}

function stateOf(row: RefreshRow, status: SeedStatus, now: number): SeedRefresh['state'] {
  if (status === 'dead') return 'dead'
  if (row.state === 'unknown' || (row.state === 'sent' && isOver(row, now))) return 'unknown'
  return row.state === 'idle' || isOver(row, now) ? 'idle' : 'refreshing'
}

function reasonOf(row: RefreshRow, now: number): { readonly reason?: string } {
  if (row.state === 'sent' && isOver(row, now))
    return { reason: 'whoever sent the request has not said what came of it' }
  return row.reason === null ? {} : { reason: row.reason }
}

function isOver({ at, lockMs }: RefreshRow, now: number): boolean {
  return (at ?? 0) + (lockMs ?? 0) <= now
}
