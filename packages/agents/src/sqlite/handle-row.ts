import type { HandleFilter, HandleRecord } from '../store/handle.ts'
import type { SqliteRow, SqliteValue } from './sqlite-binding.ts'

export function toHandle(row: SqliteRow): HandleRecord {
  return {
    hash: String(row['hash']),
    owner: String(row['owner']),
    seedId: String(row['seed_id']),
    session: String(row['session']),
    revision: Number(row['revision']),
    createdAt: Number(row['created_at']),
    expiresAt: Number(row['expires_at']),
  }
}

/** A condition and its values for the handles that are still good. */
export function goodHandles(
  { owner, seedId, session }: HandleFilter,
  now: number,
): { readonly where: string; readonly values: SqliteValue[] } {
  const where = ['owner = ?', 'expires_at > ?']
  const values: SqliteValue[] = [owner, now]
  if (seedId !== undefined) {
    where.push('seed_id = ?')
    values.push(seedId)
  }
  if (session !== undefined) {
    where.push('session = ?')
    values.push(session)
  }
  return { where: where.join(' AND '), values }
}
