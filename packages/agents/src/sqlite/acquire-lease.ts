import { SEEN_MS, WAITER_MS, type LeaseAnswer, type LeaseCounts, type LeaseRequest } from '../store/lease.ts'
import { noSeed } from '../store/refusals.ts'
import { checkLeaseRequest, newId } from '../store/seed-input.ts'
import { toLease, toSeedRow } from './seed-row.ts'
import type { SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function acquireLease({ db }: SqliteContext, request: LeaseRequest): Promise<LeaseAnswer> {
  const { queueName } = checkLeaseRequest(request)
  return db.write((statements) => {
    const { run, now } = statements
    run('DELETE FROM waiters WHERE seen_at < ?', now - WAITER_MS - SEEN_MS)
    const { ahead, place } = placeOf(statements, queueName, request)
    const seedId = freeSeed(statements, request, ahead)
    if (seedId !== undefined) {
      if (typeof request.queue === 'string')
        run('DELETE FROM waiters WHERE owner = ? AND ticket = ?', request.owner, request.queue)
      return { type: 'leased', lease: take(statements, seedId, request) }
    }
    const seeds = countSeeds(statements, request)
    if (request.queue === undefined) return { type: 'unavailable', seeds }
    const ticket = wait(statements, queueName, request, place)
    return { type: 'waiting', ticket, place: ahead + 1, seeds }
  })
}

/** How many wait before this request. */
function placeOf(
  { get }: Statements,
  queueName: string,
  { owner, queue }: LeaseRequest,
): { readonly ahead: number; readonly place: number | undefined } {
  const mine =
    typeof queue === 'string'
      ? get('SELECT place FROM waiters WHERE owner = ? AND queue = ? AND ticket = ?', owner, queueName, queue)
      : undefined
  const place = mine && Number(mine['place'])
  const sql = 'SELECT count(*) AS ahead FROM waiters WHERE owner = ? AND queue = ? AND place < ?'
  const counted = get(sql, owner, queueName, place ?? Number.MAX_SAFE_INTEGER)
  return { ahead: Number(counted?.['ahead']), place }
}

/** The one that was not used for the longest time, if there is one more than those who wait before will take. */
function freeSeed({ get, all }: Statements, { owner, of }: LeaseRequest, ahead: number): string | undefined {
  // What was claimed for a refresh and not sent yet is refused to whoever claimed it, once it is leased.
  const isFree = `status = 'alive' AND deleted_at IS NULL AND lease_holder IS NULL AND refresh_state IN ('idle', 'claimed')`
  if ('seedId' in of) {
    const sql = 'SELECT 1 FROM seeds WHERE owner = ? AND id = ? AND deleted_at IS NULL'
    if (!get(sql, owner, of.seedId)) throw noSeed(of)
    const one = get(`SELECT id FROM seeds WHERE owner = ? AND id = ? AND ${isFree}`, owner, of.seedId)
    return one && ahead === 0 ? String(one['id']) : undefined
  }
  const sql = `SELECT id FROM seeds WHERE owner = ? AND pool = ? AND ${isFree}
    ORDER BY leased_at NULLS FIRST, id LIMIT ?`
  const free = all(sql, owner, of.pool, ahead + 1)
  return free.length > ahead ? String(free[0]?.['id']) : undefined
}

function take({ get, now }: Statements, seedId: string, request: LeaseRequest) {
  const row = get(
    `UPDATE seeds SET fence = fence + 1, leased_at = ?1, lease_since = ?1, lease_renewed_at = ?1,
       lease_holder = ?2, lease_worker = ?3, lease_ms = ?4
     WHERE id = ?5 RETURNING *`,
    now,
    request.holder,
    request.worker,
    request.leaseMs,
    seedId,
  )
  const lease = row && toLease(toSeedRow(row), now)
  if (!lease) throw new Error('expected the row that was just found')
  return lease
}

function wait(
  { run, now }: Statements,
  queueName: string,
  { owner, queue, holder, worker }: LeaseRequest,
  place: number | undefined,
): string {
  if (place !== undefined && typeof queue === 'string') {
    run('UPDATE waiters SET seen_at = ? WHERE place = ? AND seen_at < ?', now, place, now - SEEN_MS)
    return queue
  }
  const ticket = newId()
  run(
    'INSERT INTO waiters (ticket, owner, queue, holder, worker, seen_at) VALUES (?, ?, ?, ?, ?, ?)',
    ticket,
    owner,
    queueName,
    holder,
    worker,
    now,
  )
  return ticket
}

function countSeeds({ get, now }: Statements, { owner, of }: LeaseRequest): LeaseCounts {
  const [column, value] = 'pool' in of ? ['pool', of.pool] : ['id', of.seedId]
  const counts = get(
    `SELECT
       count(*) FILTER (WHERE lease_holder IS NULL AND status = 'alive' AND NOT is_spent) AS free,
       count(*) FILTER (WHERE lease_holder IS NOT NULL AND lease_renewed_at + lease_ms > ?1) AS held,
       count(*) FILTER (WHERE lease_holder IS NOT NULL AND lease_renewed_at + lease_ms <= ?1
         OR lease_holder IS NULL AND status = 'alive' AND is_spent) AS quarantined,
       count(*) FILTER (WHERE lease_holder IS NULL AND status = 'dead') AS dead
     FROM (SELECT *, refresh_state IN ('sent', 'unknown') AS is_spent FROM seeds)
     WHERE owner = ?2 AND ${column} = ?3 AND deleted_at IS NULL`,
    now,
    owner,
    value,
  )
  return {
    free: Number(counts?.['free']),
    held: Number(counts?.['held']),
    quarantined: Number(counts?.['quarantined']),
    dead: Number(counts?.['dead']),
  }
}
