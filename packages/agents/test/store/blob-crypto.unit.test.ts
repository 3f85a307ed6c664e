import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { CHUNK_BYTES, SEALED_CHUNK_BYTES } from '../../src/store/crypto/chunk-cipher.ts'
import { readBlob } from '../../src/store/read-blob.ts'
import { writeBlob } from '../../src/store/write-blob.ts'
import { StageKeys } from '../../src/testing/store-contract-stage.ts'
import { MemoryShelf } from './memory-shelf.ts'

const binding = { owner: 'ada', kind: 'seed', subject: 's1' }
const keys = new StageKeys()

/** A blob of `bytes` bytes of which each depends on its place. */
async function written(bytes: number, shelf = new MemoryShelf()) {
  const content = Buffer.alloc(bytes, 'the quick brown fox jumps over the lazy dog ')
  for (let at = 0; at < bytes; at += 997) content[at] = at % 251
  const blob = await writeBlob(shelf, keys, binding, { content: [content] })
  return { ...blob, shelf, content }
}

/** All that can be read, and the code of what ended it. */
async function read(
  shelf: MemoryShelf,
  blobId: string,
  expected: { readonly bytes: number; readonly of?: typeof binding },
) {
  const chunks: Uint8Array[] = []
  try {
    const { bytes, of = binding } = expected
    const content = await readBlob(shelf, keys, blobId, { binding: of, bytes })
    for await (const chunk of content) chunks.push(chunk)
    return { whole: Buffer.concat(chunks), code: undefined }
  } catch (error) {
    return { whole: Buffer.concat(chunks), code: (error as { readonly code: string }).code }
  }
}

describe('sealed content', () => {
  test('comes back whole, however it was cut', async () => {
    // Sizes alone: to make up every byte would take most of the time.
    const sizes = fc.array(fc.oneof(fc.nat(90_000), fc.constantFrom(0, 1, CHUNK_BYTES)), { maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(sizes, async (parts) => {
        const content = parts.map((size, index) => Buffer.alloc(size, `${index} of ${size} `))
        const shelf = new MemoryShelf()
        const { blobId, bytes } = await writeBlob(shelf, keys, binding, { content })
        const { whole, code } = await read(shelf, blobId, { bytes })
        expect(code).toBeUndefined()
        expect(whole.equals(Buffer.concat(content))).toBe(true)
        expect(shelf.sealed(blobId).length).toBe(bytes + 16 * Math.max(1, Math.ceil(bytes / CHUNK_BYTES)))
      }),
      { numRuns: 50 },
    )
  })

  test('shows nothing of what is in it, and is never the same twice', async () => {
    const [one, two] = [await written(200_000), await written(200_000)]
    const sealed = one.shelf.sealed(one.blobId)
    expect(sealed.includes('quick brown fox')).toBe(false)
    expect(sealed.subarray(0, 64).equals(two.shelf.sealed(two.blobId).subarray(0, 64))).toBe(false)
  })

  test('opens after no change of any bit', async () => {
    const { blobId, bytes, shelf, content } = await written(3 * CHUNK_BYTES + 100)
    const sealed = shelf.sealed(blobId)
    await fc.assert(
      fc.asyncProperty(fc.nat(sealed.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(sealed)
        changed[bit >> 3]! ^= 1 << (bit & 7)
        shelf.pieces.set(blobId, [changed])
        const { whole, code } = await read(shelf, blobId, { bytes })
        expect(code).toBe('corrupt')
        const intact = Math.floor((bit >> 3) / SEALED_CHUNK_BYTES) * CHUNK_BYTES
        expect(whole.length).toBeLessThanOrEqual(intact)
        expect(whole.equals(content.subarray(0, whole.length))).toBe(true)
      }),
      { numRuns: 40 },
    )
  })

  test('opens at no other length, and with no chunks in another order', async () => {
    const { blobId, bytes, shelf, content } = await written(3 * CHUNK_BYTES)
    const sealed = shelf.sealed(blobId)
    const chunk = (index: number): Buffer =>
      sealed.subarray(index * SEALED_CHUNK_BYTES, (index + 1) * SEALED_CHUNK_BYTES)
    const [a, b, c] = [chunk(0), chunk(1), chunk(2)]
    const wrong = [
      [],
      [a],
      [a, b],
      [a, b, c, c],
      [a, b, c, a],
      [b, a, c],
      [a, c, b],
      [c],
      [a, b, c.subarray(0, 9)],
    ]
    for (const pieces of wrong) {
      shelf.pieces.set(blobId, pieces)
      const { whole, code } = await read(shelf, blobId, { bytes })
      expect(code).toBe('corrupt')
      expect(content.subarray(0, whole.length).equals(whole)).toBe(true)
      // Nor when whoever has cut it has changed the record, too.
      const cut = Buffer.concat(pieces).length - 16 * pieces.length
      expect((await read(shelf, blobId, { bytes: cut })).code).toBe('corrupt')
    }
    for (let length = 0; length < sealed.length; length += 4_001) {
      shelf.pieces.set(blobId, [sealed.subarray(0, length)])
      expect((await read(shelf, blobId, { bytes })).code).toBe('corrupt')
    }
    // However the shelf cuts it.
    shelf.pieces.set(blobId, [sealed.subarray(0, 70_000), sealed.subarray(70_000)])
    expect((await read(shelf, blobId, { bytes })).code).toBeUndefined()
  })

  test('opens in the place where it was put, and in no other', async () => {
    const { blobId, bytes, shelf } = await written(100)
    for (const of of [
      { ...binding, owner: 'bob' },
      { ...binding, kind: 'snapshot' },
      { ...binding, subject: 's2' },
      { owner: 'ad', kind: 'aseed', subject: 's1' },
    ]) {
      expect(await read(shelf, blobId, { bytes, of })).toMatchObject({
        code: 'corrupt',
        whole: Buffer.alloc(0),
      })
    }
    expect((await read(shelf, blobId, { bytes: 99 })).code).toBe('corrupt')
    expect((await read(shelf, blobId, { bytes })).code).toBeUndefined()
  })

  test('does not open with the header of another blob of the same place', async () => {
    const shelf = new MemoryShelf()
    const [one, two] = [await written(100, shelf), await written(100, shelf)]
    shelf.headers.set(one.blobId, shelf.headers.get(two.blobId)!)
    expect((await read(shelf, one.blobId, { bytes: 100 })).code).toBe('corrupt')
  })
})

describe('writing', () => {
  test('reads no further than the shelf can take', async () => {
    const shelf = new MemoryShelf()
    let open = (): void => undefined
    shelf.gate = new Promise((resolve) => (open = resolve))
    let taken = 0
    const source = (function* () {
      for (; taken < 200; taken += 1) yield new Uint8Array(CHUNK_BYTES)
    })()
    const writing = writeBlob(shelf, keys, binding, { content: source })
    await new Promise((resolve) => setImmediate(resolve))
    await new Promise((resolve) => setImmediate(resolve))
    // Two pieces of 16 chunks, one on its way and one that waits, and the chunk that tells that it was not the last.
    expect(taken).toBeLessThanOrEqual(34)
    open()
    expect(await writing).toMatchObject({ bytes: 200 * CHUNK_BYTES })
  })

  test('closes the source when the shelf fails, and leaves nothing', async () => {
    const shelf = new MemoryShelf()
    shelf.gate = Promise.reject(new Error('the disk is full'))
    let closed = false
    const source = (function* () {
      try {
        for (;;) yield new Uint8Array(CHUNK_BYTES)
      } finally {
        closed = true
      }
    })()
    await expect(writeBlob(shelf, keys, binding, { content: source })).rejects.toThrow('the disk is full')
    expect(closed).toBe(true)
    expect(shelf.headers.size + shelf.pieces.size).toBe(0)
  })
})

describe('keys', () => {
  test('a missing key and another key of the same id are told from damage', async () => {
    const { blobId, bytes, shelf } = await written(100)
    const openWith = (held: StageKeys) => readBlob(shelf, held, blobId, { binding, bytes })
    const other = new Uint8Array(32).fill(9)
    await expect(openWith(new StageKeys([]))).rejects.toMatchObject({ code: 'wrong-key' })
    await expect(openWith(new StageKeys([{ id: 'first', key: other }]))).rejects.toMatchObject({
      code: 'wrong-key',
    })
    const short = new StageKeys([{ id: 'first', key: new Uint8Array(16) }])
    await expect(openWith(short)).rejects.toThrow(TypeError)
  })
})
