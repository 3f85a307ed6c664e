import {
  SEEN_MS,
  WAITER_MS,
  type Lease,
  type LeaseAnswer,
  type LeaseCounts,
  type LeaseRequest,
} from '../store/lease.ts'
import { noSeed } from '../store/refusals.ts'
import { checkLeaseRequest, newId } from '../store/seed-input.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { toLease } from './seed-document.ts'

/**
 * One document changes hands atomically; the queue before it is counted, not locked. So two who arrive within one
 * round trip may change places, and no seed is ever handed out twice.
 */
export async function acquireLease(context: MongoContext, request: LeaseRequest): Promise<LeaseAnswer> {
  const { queueName } = checkLeaseRequest(request)
  const now = await serverTime(context)
  await context.waiters.deleteMany({ seenAt: { $lt: new Date(now - WAITER_MS - SEEN_MS) } })
  const { ahead, isWaiting } = await placeOf(context, queueName, request)
  const free = await freeSeeds(context, request)
  const lease = free > ahead ? await take(context, request) : undefined
  if (lease) {
    if (isWaiting) await context.waiters.deleteOne({ _id: ticketOf(request), owner: request.owner })
    return { type: 'leased', lease }
  }
  const seeds = await countSeeds(context, request)
  if (request.queue === undefined) return { type: 'unavailable', seeds }
  const ticket = isWaiting ? await stay(context, request, now) : await wait(context, queueName, request)
  return { type: 'waiting', ticket, place: ahead + 1, seeds }
}

function ticketOf({ queue }: LeaseRequest): string {
  return typeof queue === 'string' ? queue : ''
}

/** How many wait before this request. */
async function placeOf(
  { waiters }: MongoContext,
  queue: string,
  request: LeaseRequest,
): Promise<{ readonly ahead: number; readonly isWaiting: boolean }> {
  const { owner } = request
  const mine = await waiters.findOne({ _id: ticketOf(request), owner, queue })
  const ahead = await waiters.countDocuments({ owner, queue, ...(mine && { place: { $lt: mine.place } }) })
  return { ahead, isWaiting: mine !== null }
}

function wanted({ owner, of }: LeaseRequest) {
  return { owner, ...('pool' in of ? { pool: of.pool } : { _id: of.seedId }), deletedAt: null }
}

/** What was claimed for a refresh and not sent yet is refused to whoever claimed it, once it is leased. */
function freeOf(request: LeaseRequest) {
  return {
    ...wanted(request),
    status: 'alive',
    leaseHolder: null,
    refreshState: { $in: ['idle', 'claimed'] },
  } as const
}

async function freeSeeds({ seeds }: MongoContext, request: LeaseRequest): Promise<number> {
  const free = await seeds.countDocuments(freeOf(request))
  if (free === 0 && 'seedId' in request.of && !(await seeds.findOne(wanted(request))))
    throw noSeed(request.of)
  return free
}

/** The one that was not used for the longest time. */
async function take({ seeds }: MongoContext, request: LeaseRequest): Promise<Lease | undefined> {
  const { holder, worker, leaseMs } = request
  const taken = await seeds.findOneAndUpdate(
    freeOf(request),
    {
      $set: { leaseHolder: holder, leaseWorker: worker, leaseMs },
      $inc: { fence: 1 },
      $currentDate: { leasedAt: true, leaseSince: true, leaseRenewedAt: true },
    },
    { sort: { leasedAt: 1, _id: 1 }, returnDocument: 'after' },
  )
  return taken ? toLease(taken, taken.leaseRenewedAt?.getTime() ?? 0) : undefined
}

async function stay({ waiters }: MongoContext, request: LeaseRequest, now: number): Promise<string> {
  const ticket = ticketOf(request)
  await waiters.updateOne(
    { _id: ticket, seenAt: { $lt: new Date(now - SEEN_MS) } },
    { $currentDate: { seenAt: true } },
  )
  return ticket
}

async function wait(
  { waiters, counters }: MongoContext,
  queue: string,
  { owner, holder, worker }: LeaseRequest,
): Promise<string> {
  const counter = await counters.findOneAndUpdate(
    { _id: 'place' },
    { $inc: { value: 1 } },
    { upsert: true, returnDocument: 'after' },
  )
  const ticket = newId()
  await waiters.updateOne(
    { _id: ticket },
    { $set: { owner, queue, place: counter?.value ?? 0, holder, worker }, $currentDate: { seenAt: true } },
    { upsert: true },
  )
  return ticket
}

async function countSeeds(context: MongoContext, request: LeaseRequest): Promise<LeaseCounts> {
  const documents = await context.seeds.find(wanted(request)).toArray()
  const now = await serverTime(context)
  const leases = documents.flatMap((document) => toLease(document, now) ?? [])
  const others = documents.filter(({ leaseHolder }) => leaseHolder === null)
  const alive = others.filter(({ status }) => status === 'alive')
  const spent = alive.filter(({ refreshState }) => refreshState === 'sent' || refreshState === 'unknown')
  return {
    free: alive.length - spent.length,
    held: leases.filter(({ state }) => state === 'held').length,
    quarantined: leases.filter(({ state }) => state === 'quarantined').length + spent.length,
    dead: others.filter(({ status }) => status === 'dead').length,
  }
}
