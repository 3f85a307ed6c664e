import { randomBytes } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { copyFile, open, rm } from 'node:fs/promises'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import type { SeedKey, Store } from '@x/agents/store'
import { Binary, MongoClient } from 'mongodb'

export const OWNER = 'bench'
const PIECE_BYTES = 1024 * 1024

/** Content that does not compress, in a file. @returns its path */
export async function makeFile(directory: string, megabytes: number): Promise<string> {
  const file = path.join(directory, 'content')
  await using handle = await open(file, 'wx')
  for (let n = 0; n < megabytes; n += 1) await handle.write(randomBytes(PIECE_BYTES))
  return file
}

/** Stores the file, durably. */
export function storeFile(store: Store, file: string): Promise<SeedKey> {
  const content = createReadStream(file, { highWaterMark: PIECE_BYTES })
  return store.seeds.insert({ owner: OWNER, name: 'content', agent: 'bench', content })
}

/** Reads it into a file again. */
export async function restoreFile(store: Store, key: SeedKey, to: string): Promise<void> {
  const { content } = await store.seeds.read(key)
  await pipeline(content, createWriteStream(to, { highWaterMark: PIECE_BYTES }))
}

/** A copy that is on the disk when it returns, as what a store has acknowledged is. */
export async function copyDurably(file: string, to: string): Promise<void> {
  await copyFile(file, to)
  for (const name of [to, path.dirname(to)]) {
    await using handle = await open(name, 'r')
    await handle.sync()
  }
}

/** What the driver does with the same bytes when nobody encrypts them. Disposing ends the connection. */
export async function openRawMongo(url: string) {
  const client = await new MongoClient(url, { writeConcern: { w: 'majority', journal: true } }).connect()
  const db = client.db('x-raws')
  const pieces = db.collection<{ readonly _id: number; readonly data: Binary }>('pieces')
  const leases = db.collection<{ readonly _id: string; readonly fence: number }>('leases')
  return {
    leases,
    async write(file: string): Promise<void> {
      let n = 0
      for await (const data of createReadStream(file, { highWaterMark: PIECE_BYTES }))
        await pieces.insertOne({ _id: (n += 1), data: new Binary(data as Buffer) })
    },
    async read(to: string): Promise<void> {
      await using handle = await open(to, 'w')
      for (let n = 1; ; n += 1) {
        const piece = await pieces.findOne({ _id: n })
        if (!piece) return
        await handle.write(piece.data.buffer)
      }
    },
    clear: () => pieces.deleteMany({}),
    [Symbol.asyncDispose]: () => client.close(),
  }
}

export async function remove(file: string): Promise<void> {
  await rm(file, { force: true })
}
