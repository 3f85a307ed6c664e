import { checkMs } from '../store/check.ts'
import { SEEN_MS, WAITER_MS } from '../store/lease.ts'
import { GRACE_MS, type SweepOptions, type SweepResult } from '../store/store.ts'
import { sameInstant, serverTime, type MongoContext } from './mongo-context.ts'

export async function sweep(context: MongoContext, options: SweepOptions = {}): Promise<SweepResult> {
  const { graceMs = GRACE_MS } = options
  checkMs('graceMs', graceMs)
  const now = await serverTime(context)
  const limit = new Date(now - graceMs)
  const waiters = await context.waiters.deleteMany({ seenAt: { $lt: new Date(now - WAITER_MS - SEEN_MS) } })
  const handles = await context.handles.deleteMany({ expiresAt: { $lt: new Date(now) } })
  // First, since it names blobs.
  await context.snapshots.deleteMany({ state: 'pending', createdAt: { $lt: limit } })
  await context.deliverables.deleteMany({ state: 'pending', createdAt: { $lt: limit } })
  await context.runs.deleteMany({ state: 'pending', createdAt: { $lt: limit } })
  return {
    blobs: await sweepBlobs(context, limit),
    waiters: waiters.deletedCount,
    handles: handles.deletedCount,
    orchestrators: await sweepOrchestrators(context, limit),
  }
}

/** Of those that were not touched for long, all but the ones that a record names. */
async function sweepBlobs(context: MongoContext, limit: Date): Promise<number> {
  const { blobs, shelf } = context
  let swept = 0
  const candidates = blobs.find({ touchedAt: { $lt: limit } }).project<{ readonly _id: string }>({ _id: 1 })
  for await (const { _id } of candidates) {
    if (await isNamed(context, _id)) continue
    // Whoever is about to name it touches it first, and only one of us two gets through.
    const { matchedCount } = await blobs.updateOne(
      { _id, touchedAt: { $lt: limit } },
      { $set: { state: 'removing' } },
    )
    if (matchedCount === 0) continue
    await shelf.remove(_id)
    swept += 1
  }
  return swept
}

async function isNamed({ seeds, snapshots, deliverables }: MongoContext, blobId: string): Promise<boolean> {
  if (await seeds.findOne({ blobId }, { projection: { _id: 1 } })) return true
  if (await deliverables.findOne({ blobId }, { projection: { _id: 1 } })) return true
  const parts = [{ archiveId: blobId }, { manifestId: blobId }]
  return (await snapshots.findOne({ $or: parts }, { projection: { _id: 1 } })) !== null
}

async function sweepOrchestrators({ orchestrators, tasks }: MongoContext, limit: Date): Promise<number> {
  let swept = 0
  const old = await orchestrators.find({ beatAt: { $lt: limit } }).toArray()
  for (const { _id, gone, beatAt, lifetimeMs } of old) {
    if (!gone && beatAt.getTime() + lifetimeMs >= limit.getTime()) continue
    if (await tasks.findOne({ orchestrator: _id }, { projection: { _id: 1 } })) continue
    const { deletedCount } = await orchestrators.deleteOne({ _id, beatAt: sameInstant(beatAt) })
    swept += deletedCount
  }
  return swept
}
