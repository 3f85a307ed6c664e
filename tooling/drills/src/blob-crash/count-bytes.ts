import { readdir, stat } from 'node:fs/promises'
import path from 'node:path'
import { MongoClient, type Binary } from 'mongodb'
import type { StorePlace } from '../stores/store-place.ts'

const CHUNK_BYTES = 64 * 1024
const TAG_BYTES = 16

/** How many bytes contents of these sizes take when they are sealed: a tag for each chunk, of which there is one at least. */
export function sealedBytes(sizes: readonly number[]): number {
  return sizes.reduce(
    (sum, bytes) => sum + bytes + TAG_BYTES * Math.max(1, Math.ceil(bytes / CHUNK_BYTES)),
    0,
  )
}

/** How many bytes of content lie there, whoever speaks of them. Looks behind the store's back. */
export async function storedBytes(place: StorePlace): Promise<number> {
  if (place.kind === 'sqlite') {
    const directory = `${place.file}.blobs`
    const names = await readdir(directory)
    const sizes = await Promise.all(names.map(async (name) => (await stat(path.join(directory, name))).size))
    return sizes.reduce((sum, size) => sum + size, 0)
  }
  const client = await new MongoClient(place.url).connect()
  try {
    let sum = 0
    const pieces = client.db(place.database).collection<{ readonly data: Binary }>('blob_pieces')
    for await (const { data } of pieces.find({})) sum += data.length()
    return sum
  } finally {
    await client.close()
  }
}
