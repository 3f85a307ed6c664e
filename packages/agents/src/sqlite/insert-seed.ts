import { attachBlob } from '../store/attach-blob.ts'
import { checkNewSeed, newId, seedBinding } from '../store/seed-input.ts'
import type { NewSeed, SeedRecord } from '../store/seed-record.ts'
import { seedRow, toSeed } from './seed-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'

export async function insertSeed({ db, shelf, keys }: SqliteContext, seed: NewSeed): Promise<SeedRecord> {
  const { manifestVersion, metadata } = checkNewSeed(seed)
  const key = { owner: seed.owner, seedId: newId() }
  return attachBlob(shelf, keys, seedBinding(key), seed, (blob) =>
    db.write((statements) => {
      attach(statements, blob)
      statements.run(
        `INSERT INTO seeds (id, owner, name, agent, manifest_version, pool, status, metadata, revision, blob_id,
           bytes, created_at, saved_at, fence)
         VALUES (?, ?, ?, ?, ?, ?, 'alive', ?, 1, ?, ?, ?, ?, 0)`,
        key.seedId,
        key.owner,
        seed.name,
        seed.agent,
        manifestVersion,
        seed.pool ?? null,
        metadata,
        blob.blobId,
        blob.bytes,
        statements.now,
        statements.now,
      )
      return toSeed(seedRow(statements, key), statements.now)
    }),
  )
}
