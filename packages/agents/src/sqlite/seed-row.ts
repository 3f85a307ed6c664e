import type { JsonObject } from '../store/json.ts'
import type { Lease } from '../store/lease.ts'
import { leaseLost, noSeed } from '../store/refusals.ts'
import { toRefresh, type RefreshRow } from '../store/refresh-rules.ts'
import type { SeedKey, SeedRecord, SeedStatus } from '../store/seed-record.ts'
import { refreshRow } from './refresh-row.ts'
import type { SqliteRow } from './sqlite-binding.ts'
import type { Statements } from './sqlite-database.ts'

/** A row of `seeds`; its table is STRICT, so the types are what SQLite keeps. */
export interface SeedRow {
  readonly id: string
  readonly owner: string
  readonly name: string
  readonly agent: string
  readonly manifest_version: number
  readonly pool: string | null
  readonly status: SeedStatus
  readonly metadata: string
  readonly revision: number
  readonly blob_id: string
  readonly bytes: number
  readonly created_at: number
  readonly saved_at: number
  readonly leased_at: number | null
  readonly deleted_at: number | null
  readonly fence: number
  readonly lease_holder: string | null
  readonly lease_worker: string | null
  readonly lease_since: number | null
  readonly lease_renewed_at: number | null
  readonly lease_ms: number | null
  readonly refresh_state: RefreshRow['state']
  readonly refresh_fence: number
  readonly refresh_holder: string | null
  readonly refresh_at: number | null
  readonly refresh_lock_ms: number | null
  readonly refresh_not_before: number | null
  readonly refresh_reason: string | null
  readonly refreshed_at: number | null
}

export function toSeedRow(row: SqliteRow): SeedRow {
  return row as unknown as SeedRow
}

/** @throws StoreError `not-found` */
export function seedRow({ get }: Statements, key: SeedKey): SeedRow {
  const row = get('SELECT * FROM seeds WHERE owner = ? AND id = ?', key.owner, key.seedId)
  if (!row) throw noSeed(key)
  return toSeedRow(row)
}

/** The row, if `fence` is that of its lease. @throws StoreError `not-found`, `lease-lost` */
export function leasedRow(statements: Statements, key: SeedKey, fence: number): SeedRow {
  const row = seedRow(statements, key)
  if (row.lease_holder === null || row.fence !== fence) throw leaseLost(key, fence)
  return row
}

export function toSeed(row: SeedRow, now: number): SeedRecord {
  const lease = toLease(row, now)
  return {
    owner: row.owner,
    seedId: row.id,
    name: row.name,
    agent: row.agent,
    manifestVersion: row.manifest_version,
    ...(row.pool !== null && { pool: row.pool }),
    status: row.status,
    metadata: JSON.parse(row.metadata) as JsonObject,
    revision: row.revision,
    bytes: row.bytes,
    createdAt: row.created_at,
    savedAt: row.saved_at,
    ...(row.leased_at !== null && { leasedAt: row.leased_at }),
    ...(row.deleted_at !== null && { deletedAt: row.deleted_at }),
    ...(lease && { lease }),
    refresh: toRefresh(refreshRow(row), row.status, now),
  }
}

export function toLease(row: SeedRow, now: number): Lease | undefined {
  if (row.lease_holder === null) return undefined
  const renewedAt = row.lease_renewed_at ?? 0
  const expiresAt = renewedAt + (row.lease_ms ?? 0)
  return {
    owner: row.owner,
    seedId: row.id,
    state: expiresAt > now ? 'held' : 'quarantined',
    fence: row.fence,
    holder: row.lease_holder,
    worker: row.lease_worker ?? '',
    since: row.lease_since ?? 0,
    renewedAt,
    expiresAt,
  }
}
