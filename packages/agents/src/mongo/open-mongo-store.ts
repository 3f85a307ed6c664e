import { MongoClient } from 'mongodb'
import { openKeyDirectory } from '../store/key-directory.ts'
import type { KeyProvider } from '../store/key-provider.ts'
import { assertKnownKeys } from '../store/known-keys.ts'
import type { Store } from '../store/store.ts'
import { MongoBlobShelf } from './mongo-blob-shelf.ts'
import { collectionsOf, type MongoContext } from './mongo-context.ts'
import { guarded } from './mongo-errors.ts'
import { createMongoStore } from './mongo-store.ts'
import { prepareDatabase } from './prepare-database.ts'

export interface MongoStoreOptions {
  /** `mongodb://...` or `mongodb+srv://...`. Its credentials appear in no error. */
  readonly url: string
  /** @default the one in `url`, else `x` */
  readonly database?: string
  /** What content is encrypted with; all orchestrators need the same keys. @default `openKeyDirectory()` */
  readonly keys?: KeyProvider
  /** How long to look for the server, in milliseconds. @default 10_000 */
  readonly connectMs?: number
}

/**
 * Opens the store that many orchestrators on many machines share. Writes are acknowledged by a majority and the
 * journal; time is the server's. Uses single-document operations only, so that any server of the protocol whose
 * find-and-modify is atomic will do, a single one as well as a replica set.
 *
 * Indexes are made here. A database of a newer version is refused and left as it was.
 * @throws TypeError for a url that is none
 * @throws StoreError `unreachable`, `newer-store`, `wrong-key`, `unsafe-key`
 */
export async function openMongoStore(options: MongoStoreOptions): Promise<Store> {
  const { url, database, keys = openKeyDirectory(), connectMs = 10_000 } = options
  const client = createClient(url, connectMs)
  try {
    return await guarded(async () => {
      await client.connect()
      const db = client.db(database ?? databaseIn(url))
      const collections = collectionsOf(db)
      await prepareDatabase({ ...collections, db })
      const context: MongoContext = { ...collections, db, keys, shelf: new MongoBlobShelf(collections) }
      await assertKnownKeys(await usedKeys(context), keys)
      const store = createMongoStore(context, client)
      await store.sweep()
      return store
    })
  } catch (error) {
    await client.close()
    throw error
  }
}

function createClient(url: string, connectMs: number): MongoClient {
  try {
    return new MongoClient(url, {
      appName: 'x',
      writeConcern: { w: 'majority', journal: true },
      readConcern: { level: 'majority' },
      readPreference: 'primary',
      serverSelectionTimeoutMS: connectMs,
      connectTimeoutMS: connectMs,
      // A server that has stopped without a word must not keep us for ever.
      socketTimeoutMS: 60_000,
      ignoreUndefined: false,
    })
  } catch {
    // What the driver says quotes the url.
    throw new TypeError('expected url to be a MongoDB connection string')
  }
}

/** The path of the url; the driver would answer `test` for none. */
function databaseIn(url: string): string {
  const name = /^mongodb(?:\+srv)?:\/\/[^/]+\/([^?]+)/.exec(url)?.[1]
  return name === undefined ? 'x' : decodeURIComponent(name)
}

async function usedKeys({ blobs }: MongoContext) {
  const used = new Map<string, { readonly keyId: string; readonly proof: string }>()
  for (const keyId of await blobs.distinct('keyId', { state: 'stored' })) {
    const document = await blobs.findOne({ keyId, state: 'stored' })
    if (document) used.set(keyId, { keyId, proof: document.keyProof })
  }
  return [...used.values()]
}
