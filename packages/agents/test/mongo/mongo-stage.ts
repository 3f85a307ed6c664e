import { createHash, randomBytes } from 'node:crypto'
import { Binary, MongoClient, type Db } from 'mongodb'
import { openMongoStore } from '../../src/mongo/open-mongo-store.ts'
import type { KeyProvider } from '../../src/store/key-provider.ts'
import type { SeedKey } from '../../src/store/seed-record.ts'
import type { Store } from '../../src/store/store.ts'
import { StageKeys, type StoreStage } from '../../src/testing/store-contract-stage.ts'

const TIMES: Record<string, readonly string[]> = {
  seeds: [
    'createdAt',
    'savedAt',
    'leasedAt',
    'deletedAt',
    'leaseSince',
    'leaseRenewedAt',
    'refreshAt',
    'refreshNotBefore',
    'refreshedAt',
  ],
  handles: ['createdAt', 'expiresAt'],
  blobs: ['touchedAt'],
  waiters: ['seenAt'],
  orchestrators: ['beatAt'],
  tasks: ['createdAt', 'updatedAt'],
  snapshots: ['createdAt', 'heldUntil'],
  journal_runs: ['createdAt', 'updatedAt'],
  journal_entries: ['createdAt'],
  deliverables: ['createdAt'],
}

interface Piece {
  readonly _id: string
  readonly blobId: string
  readonly data: Binary
}

export interface MongoStage extends StoreStage {
  readonly database: string
  readonly db: Db
}

/** A database of its own on that server, which is dropped in the end. */
export async function openMongoStage(url: string): Promise<MongoStage> {
  // Names of one length: see the server's launcher.
  const database = `x-test-${randomBytes(6).toString('hex')}`
  const client = await new MongoClient(url, { writeConcern: { w: 'majority' } }).connect()
  const db = client.db(database)
  const keys = new StageKeys()
  const opened: Store[] = []
  const openAgain = async (other: KeyProvider = keys): Promise<Store> => {
    const store = await openMongoStore({ url, database, keys: other })
    opened.push(store)
    return store
  }
  const blobOf = async ({ seedId }: SeedKey): Promise<string> => {
    const seed = await db.collection<{ _id: string; blobId: string }>('seeds').findOne({ _id: seedId })
    return seed?.blobId ?? ''
  }
  return {
    db,
    database,
    keys,
    store: await openAgain(),
    openAgain,
    async backdate(ms) {
      for (const [name, fields] of Object.entries(TIMES)) {
        for await (const document of db.collection(name).find()) {
          const times = fields.flatMap((field) => {
            const time: unknown = document[field]
            return time instanceof Date ? [[field, new Date(time.getTime() - ms)]] : []
          })
          await db.collection(name).updateOne({ _id: document._id }, { $set: Object.fromEntries(times) })
        }
      }
    },
    async countBlobs() {
      const blobs = await db.collection('blobs').distinct('_id')
      const pieces = await db.collection('blob_pieces').distinct('blobId')
      return new Set([...blobs, ...pieces].map(String)).size
    },
    async swapContent(one, other) {
      const [a, b] = [await blobOf(one), await blobOf(other)]
      const seeds = db.collection<{ _id: string }>('seeds')
      await seeds.updateOne({ _id: one.seedId }, { $set: { blobId: b } })
      await seeds.updateOne({ _id: other.seedId }, { $set: { blobId: a } })
    },
    async damageContent(key, offset, how) {
      const blobId = await blobOf(key)
      const pieces = db.collection<Piece>('blob_pieces')
      let start = 0
      for (let index = 0; ; index += 1) {
        const _id = `${blobId}:${index}`
        const piece = await pieces.findOne({ _id })
        if (!piece) return
        const data = Buffer.from(piece.data.buffer)
        const at = Math.max(0, offset - start)
        start += data.length
        if (at >= data.length) continue
        if (how === 'flip') data[at] = (data[at] ?? 0) ^ 1
        await pieces.updateOne(
          { _id },
          { $set: { data: new Binary(how === 'cut' ? data.subarray(0, at) : data) } },
        )
        if (how === 'flip') return
      }
    },
    async makeNewer() {
      await db.collection<{ _id: string }>('meta').updateOne({ _id: 'schema' }, { $set: { version: 99 } })
    },
    async fingerprint() {
      const hash = createHash('sha256')
      for (const name of [...Object.keys(TIMES), 'blob_pieces', 'meta'])
        hash.update(JSON.stringify(await db.collection(name).find().sort({ _id: 1 }).toArray()))
      return hash.digest('hex')
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close()
      await db.dropDatabase()
      await client.close()
    },
  }
}
