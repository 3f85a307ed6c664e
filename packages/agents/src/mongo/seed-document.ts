import type { JsonObject } from '../store/json.ts'
import type { Lease } from '../store/lease.ts'
import { noSeed } from '../store/refusals.ts'
import { toRefresh } from '../store/refresh-rules.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { MongoContext } from './mongo-context.ts'
import type { SeedDocument } from './mongo-documents.ts'
import { refreshRow } from './refresh-document.ts'

/** What the lease fields are when nobody holds the seed. */
export const NO_LEASE = {
  leaseHolder: null,
  leaseWorker: null,
  leaseSince: null,
  leaseRenewedAt: null,
  leaseMs: null,
} as const

/** Matches the seed while that lease is the current one. */
export function leasedBy({ owner, seedId }: SeedKey, fence: number) {
  return { _id: seedId, owner, fence, leaseHolder: { $ne: null } } as const
}

/** @throws StoreError `not-found` */
export async function findSeed({ seeds }: MongoContext, key: SeedKey): Promise<SeedDocument> {
  const document = await seeds.findOne({ _id: key.seedId, owner: key.owner })
  if (!document) throw noSeed(key)
  return document
}

export function toSeed(document: SeedDocument, now: number): SeedRecord {
  const lease = toLease(document, now)
  return {
    owner: document.owner,
    seedId: document._id,
    name: document.name,
    agent: document.agent,
    manifestVersion: document.manifestVersion,
    ...(document.pool !== null && { pool: document.pool }),
    status: document.status,
    metadata: JSON.parse(document.metadata) as JsonObject,
    revision: document.revision,
    bytes: document.bytes,
    createdAt: document.createdAt.getTime(),
    savedAt: document.savedAt.getTime(),
    ...(document.leasedAt !== null && { leasedAt: document.leasedAt.getTime() }),
    ...(document.deletedAt !== null && { deletedAt: document.deletedAt.getTime() }),
    ...(lease && { lease }),
    refresh: toRefresh(refreshRow(document), document.status, now),
  }
}

export function toLease(document: SeedDocument, now: number): Lease | undefined {
  if (document.leaseHolder === null) return undefined
  const renewedAt = document.leaseRenewedAt?.getTime() ?? 0
  const expiresAt = renewedAt + (document.leaseMs ?? 0)
  return {
    owner: document.owner,
    seedId: document._id,
    state: expiresAt > now ? 'held' : 'quarantined',
    fence: document.fence,
    holder: document.leaseHolder,
    worker: document.leaseWorker ?? '',
    since: document.leaseSince?.getTime() ?? 0,
    renewedAt,
    expiresAt,
  }
}
