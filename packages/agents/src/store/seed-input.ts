import { randomBytes } from 'node:crypto'
import type { BlobBinding } from './blob-shelf.ts'
import { checkCount, checkId, checkMs, checkWord, renderMetadata } from './check.ts'
import type { JsonObject } from './json.ts'
import type { HeldLease, LeaseRequest, LeaseTakeover } from './lease.ts'
import type { NewSeed, SeedChange, SeedFilter, SeedKey, SeedReplacement } from './seed-record.ts'

/** What both stores do with what callers hand in. Everything here throws before anything was read or written. */

export function checkSeedKey({ owner, seedId }: SeedKey): void {
  checkWord('owner', owner)
  checkId('seedId', seedId)
}

export function checkNewSeed(seed: NewSeed): {
  readonly manifestVersion: number
  readonly metadata: string
} {
  checkWord('owner', seed.owner)
  checkWord('name', seed.name)
  checkId('agent', seed.agent)
  if (seed.pool !== undefined) checkWord('pool', seed.pool)
  const { manifestVersion = 1, metadata = {} } = seed
  return {
    manifestVersion: checkCount('manifestVersion', manifestVersion),
    metadata: renderMetadata(metadata),
  }
}

export function checkSeedFilter({ owner, pool, agent }: SeedFilter): void {
  checkWord('owner', owner)
  if (pool !== undefined) checkWord('pool', pool)
  if (agent !== undefined) checkId('agent', agent)
}

export function checkSeedChange(key: SeedKey, change: SeedChange, fence: number | undefined): void {
  checkSeedKey(key)
  if (change.name !== undefined) checkWord('name', change.name)
  if (change.pool != null) checkWord('pool', change.pool)
  if (change.status !== undefined && !['alive', 'dead'].includes(change.status))
    throw new TypeError('expected status to be alive or dead')
  if (change.metadata) renderMetadata(change.metadata)
  if (fence !== undefined) checkCount('fence', fence)
}

export function checkReplacement(key: SeedKey, { revision, fence }: SeedReplacement): void {
  checkSeedKey(key)
  checkCount('revision', revision)
  checkCount('fence', fence)
}

/** The change of each key on top of what was there. */
export function mergeMetadata(before: string, change: JsonObject | undefined): string {
  if (!change) return before
  const merged = Object.entries({ ...(JSON.parse(before) as JsonObject), ...change })
  return renderMetadata(Object.fromEntries(merged.filter(([, value]) => value !== null)))
}

/** `pool:name` or `seed:id`: who waits for the same thing. */
export function checkLeaseRequest(request: LeaseRequest): { readonly queueName: string } {
  checkWord('owner', request.owner)
  checkWord('holder', request.holder)
  checkWord('worker', request.worker)
  checkMs('leaseMs', request.leaseMs)
  if (typeof request.queue === 'string') checkId('queue', request.queue)
  const { of } = request
  if ('pool' in of) return { queueName: `pool:${checkWord('pool', of.pool)}` }
  return { queueName: `seed:${checkId('seedId', of.seedId)}` }
}

export function checkHeldLease(lease: HeldLease): void {
  checkSeedKey(lease)
  checkCount('fence', lease.fence)
}

export function checkTakeover(takeover: LeaseTakeover): void {
  checkHeldLease(takeover)
  checkWord('holder', takeover.holder)
  checkWord('worker', takeover.worker)
  checkMs('leaseMs', takeover.leaseMs)
}

/** What a seed's content is bound to. */
export function seedBinding({ owner, seedId }: SeedKey): BlobBinding {
  return { owner, kind: 'seed', subject: seedId }
}

/** 128 random bits as hexadecimal digits. */
export function newId(): string {
  return randomBytes(16).toString('hex')
}
