/**
 * Cuts bytes into chunks of `size`, the last one smaller or equal; at least one comes, empty when there are no bytes.
 * Holds one chunk back until it knows whether it is the last. The source is read no faster than chunks are taken. A
 * chunk may be a part of what the source gave: it is good until the next one is asked for.
 */
export async function* rechunk(
  source: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  size: number,
): AsyncGenerator<{ readonly bytes: Uint8Array; readonly isLast: boolean }> {
  let chunk = Buffer.allocUnsafe(size)
  let filled = 0
  for await (const part of source) {
    let taken = 0
    while (taken < part.length) {
      if (filled === size) {
        yield { bytes: chunk, isLast: false }
        chunk = Buffer.allocUnsafe(size)
        filled = 0
      }
      // More follows in the same part, so this is not the last one, and need not be copied to be kept.
      if (filled === 0 && part.length - taken > size) {
        yield { bytes: part.subarray(taken, taken + size), isLast: false }
        taken += size
        continue
      }
      const count = Math.min(size - filled, part.length - taken)
      chunk.set(part.subarray(taken, taken + count), filled)
      filled += count
      taken += count
    }
  }
  yield { bytes: chunk.subarray(0, filled), isLast: true }
}
