import type { HandleRecord } from '../store/handle.ts'
import { checkHandleHash } from '../store/refresh-input.ts'
import { toHandle } from './handle-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function findHandle({ db }: SqliteContext, hash: string): Promise<HandleRecord | undefined> {
  checkHandleHash(hash)
  return db.read(({ get, now }) => {
    const row = get('SELECT * FROM handles WHERE hash = ? AND expires_at > ?', hash, now)
    return row && toHandle(row)
  })
}
