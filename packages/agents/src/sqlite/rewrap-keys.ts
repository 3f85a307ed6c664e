import { currentKey, unwrapDataKey, wrapDataKey } from '../store/crypto/data-key.ts'
import type { SqliteContext } from './sqlite-context.ts'

/** At a time, so that no transaction takes long. */
const BATCH = 100

export async function rewrapKeys({ db, keys }: SqliteContext): Promise<{ readonly rewrapped: number }> {
  const key = await currentKey(keys)
  let rewrapped = 0
  let after = ''
  for (;;) {
    const from = after
    const rows = await db.read(({ all }) =>
      all('SELECT * FROM blobs WHERE key_id <> ? AND id > ? ORDER BY id LIMIT ?', key.id, from, BATCH),
    )
    for (const row of rows) {
      after = String(row['id'])
      const binding = {
        owner: String(row['owner']),
        kind: String(row['kind']),
        subject: String(row['subject']),
      }
      const [keyId, proof] = [String(row['key_id']), String(row['key_proof'])]
      const wrapped = row['wrapped_key'] as Uint8Array
      const dataKey = await unwrapDataKey({ keyId, proof, wrapped }, keys, binding)
      const sealed = wrapDataKey(dataKey, key, binding)
      dataKey.fill(0)
      rewrapped += await db.write(({ run }) =>
        run(
          'UPDATE blobs SET key_id = ?, key_proof = ?, wrapped_key = ? WHERE id = ? AND key_id = ?',
          sealed.keyId,
          sealed.proof,
          sealed.wrapped,
          after,
          keyId,
        ),
      )
    }
    if (rows.length < BATCH) return { rewrapped }
  }
}
