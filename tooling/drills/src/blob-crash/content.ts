import { createHash } from 'node:crypto'
import { createSeededRandom } from '../seeded-random.ts'

const CHUNK = 48 * 1024

/** The parts of a snapshot, told apart as revisions are. */
export const PART = { archive: 1, manifest: 2 } as const

/** Content that says of every byte whose it is: of one name and one revision, up to a few megabytes. */
export function* contentOf(name: string, revision: number): Generator<Buffer> {
  const digest = createHash('sha256').update(`${name} ${revision}`).digest()
  const random = createSeededRandom(digest.readUInt32BE())
  const bytes = random.between(1, 3_000_000)
  for (let at = 0; at < bytes; at += CHUNK) {
    const chunk = Buffer.alloc(
      Math.min(CHUNK, bytes - at),
      `${name} ${revision} ${at} ${digest.toString('hex')};`,
    )
    yield chunk
  }
}

export function digestOf(name: string, revision: number): string {
  const hash = createHash('sha256')
  for (const chunk of contentOf(name, revision)) hash.update(chunk)
  return hash.digest('hex')
}
