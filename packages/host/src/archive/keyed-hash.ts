import { randomBytes } from 'node:crypto'

/** Rounds at the end, before each half of the hash. */
const LAST_ROUNDS = 3

/**
 * Makes a hash of 64 bits with a random key: HalfSipHash-1-3. Who does not know the key cannot choose texts that collide.
 * The hashes of Node's own crypto cost ten times more for texts as short as paths.
 * @returns hashes a text of latin1 characters
 * @see https://www.aumasson.jp/siphash/siphash.pdf
 */
export function createKeyedHash(): (text: string) => readonly [number, number] {
  const key = randomBytes(8)
  const [low, high] = [key.readInt32LE(0), key.readInt32LE(4)]
  return (text) => halfSipHash(low, high, text)
}

/** One loop over words and last rounds alike, without closures: this runs for every path and each directory above it. */
function halfSipHash(low: number, high: number, text: string): readonly [number, number] {
  let v0 = low
  let v1 = high ^ 0xee
  let v2 = low ^ 0x6c796765
  let v3 = high ^ 0x74656462
  let first = 0
  const words = (text.length >> 2) + 1
  for (let step = 0; step < words + 2 * LAST_ROUNDS; step += 1) {
    const word = step < words ? wordAt(text, step * 4) : 0
    if (step < words) v3 ^= word
    else if (step === words) v2 ^= 0xee
    else if (step === words + LAST_ROUNDS) {
      first = v1 ^ v3
      v1 ^= 0xdd
    }
    v0 = (v0 + v1) | 0
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0
    v0 = (v0 << 16) | (v0 >>> 16)
    v2 = (v2 + v3) | 0
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2
    v0 = (v0 + v3) | 0
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0
    v2 = (v2 + v1) | 0
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2
    v2 = (v2 << 16) | (v2 >>> 16)
    v0 ^= word
  }
  return [first >>> 0, (v1 ^ v3) >>> 0]
}

/** Four bytes; the last word has the length in its highest. */
function wordAt(text: string, at: number): number {
  if (at + 4 <= text.length)
    return (
      (text.charCodeAt(at) & 0xff) |
      ((text.charCodeAt(at + 1) & 0xff) << 8) |
      ((text.charCodeAt(at + 2) & 0xff) << 16) |
      (text.charCodeAt(at + 3) << 24)
    )
  let word = text.length << 24
  for (let index = at; index < text.length; index += 1)
    word |= (text.charCodeAt(index) & 0xff) << (8 * (index - at))
  return word
}
