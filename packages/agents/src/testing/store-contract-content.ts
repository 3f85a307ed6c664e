import { expect } from 'vitest'
import { GRACE_MS } from '../store/store.ts'
import {
  contentOf,
  insertSeed,
  noise,
  OWNER,
  refused,
  StageKeys,
  take,
  type StoreCase,
} from './store-contract-stage.ts'

const BIG = 5 * 1024 * 1024 + 3

/** Streams, encryption, and what is left when a writer ends before its time. */
export function contentContract(scenario: StoreCase): void {
  scenario('gives back content of any size', async ({ store }) => {
    for (const bytes of [0, 1, 65_535, 65_536, 65_537, 16 * 65_536, 16 * 65_536 + 1, BIG]) {
      const seed = await insertSeed(store, { content: noise(bytes) })
      expect(seed.bytes).toBe(bytes)
      expect(Buffer.concat([...noise(bytes)]).equals(await contentOf(store, seed))).toBe(true)
    }
  })

  scenario('keeps nothing of a writer that fails', async ({ store, countBlobs }) => {
    const failing = function* () {
      yield* noise(3 * 1024 * 1024)
      throw new Error('the source failed')
    }
    await expect(insertSeed(store, { content: failing() })).rejects.toThrow('the source failed')
    const stop = new AbortController()
    const endless = async function* () {
      for (;;) {
        yield new Uint8Array(1_000_000)
        stop.abort(new Error('enough'))
      }
    }
    await expect(insertSeed(store, { content: endless(), signal: stop.signal })).rejects.toThrow('enough')
    const seed = await insertSeed(store)
    const { fence } = await take(store, 'a')
    const replacement = { content: failing(), revision: 1, fence }
    await expect(store.seeds.replace(seed, replacement)).rejects.toThrow('the source failed')
    expect((await contentOf(store, seed)).toString()).toBe('a login')
    expect(await store.seeds.list({ owner: OWNER })).toHaveLength(1)
    expect(await countBlobs()).toBe(1)
  })

  scenario('sweeps what a writer that died has left, and only that', async (stage) => {
    const { store, openAgain, backdate, countBlobs } = stage
    const seed = await insertSeed(store)
    const dying = await openAgain()
    let reached = (): void => undefined
    const isWriting = new Promise<void>((resolve) => (reached = resolve))
    let goOn = (): void => undefined
    const isOver = new Promise<void>((resolve) => (goOn = resolve))
    const halfway = async function* () {
      yield* noise(BIG)
      reached()
      await isOver
    }
    const writing = insertSeed(dying, { content: halfway() })
    const failed = expect(writing).rejects.toMatchObject({ name: 'StoreError' })
    await isWriting
    await store.sweep()
    expect(await countBlobs()).toBe(2)
    expect(await store.seeds.list({ owner: OWNER })).toHaveLength(1)
    await dying.close()
    goOn()
    await failed
    await store.sweep()
    expect(await countBlobs()).toBe(2)
    await backdate(GRACE_MS + 1_000)
    expect(await store.sweep()).toMatchObject({ blobs: 1 })
    expect(await countBlobs()).toBe(1)
    expect((await contentOf(store, seed)).toString()).toBe('a login')
  })

  scenario('reads one revision whatever happens meanwhile', async ({ store }) => {
    const seed = await insertSeed(store, { content: noise(BIG) })
    const { fence } = await take(store, 'a')
    const { content, seed: opened } = await store.seeds.read(seed)
    const chunks: Uint8Array[] = []
    const reading = (async () => {
      for await (const chunk of content) {
        chunks.push(chunk)
        if (chunks.length === 1)
          await store.seeds.replace(seed, { content: [Buffer.from('new')], revision: 1, fence })
      }
      return 'whole'
    })()
    const outcome = await reading.catch((error: unknown) => (error as { readonly code: string }).code)
    expect(['whole', 'conflict']).toContain(outcome)
    expect(opened.revision).toBe(1)
    const read = Buffer.concat(chunks)
    expect(
      Buffer.concat([...noise(BIG)])
        .subarray(0, read.length)
        .equals(read),
    ).toBe(true)
    expect((await contentOf(store, seed)).toString()).toBe('new')
  })

  scenario('opens no content that was put in another’s place', async ({ store, swapContent }) => {
    const [one, other] = [await insertSeed(store), await insertSeed(store)]
    const foreign = await insertSeed(store, { owner: 'bob' })
    await swapContent(one, other)
    await refused(store.seeds.read(one), 'corrupt')
    await refused(store.seeds.read(other), 'corrupt')
    await swapContent(one, other)
    await swapContent(one, foreign)
    await refused(store.seeds.read(one), 'corrupt')
    expect((await contentOf(store, other)).toString()).toBe('a login')
  })

  scenario('hands out no byte that was tampered with', async ({ store, damageContent }) => {
    for (const [offset, how] of [
      [100_000, 'flip'],
      [BIG, 'flip'],
      [65_552, 'cut'],
      [BIG, 'cut'],
      [0, 'cut'],
    ] as const) {
      const seed = await insertSeed(store, { content: noise(BIG) })
      await damageContent(seed, offset, how)
      const { content } = await store.seeds.read(seed)
      const chunks: Uint8Array[] = []
      const reading = (async () => {
        for await (const chunk of content) chunks.push(chunk)
      })()
      await refused(reading, 'corrupt')
      const read = Buffer.concat(chunks)
      expect(read.length).toBeLessThanOrEqual(offset)
      expect(
        Buffer.concat([...noise(BIG)])
          .subarray(0, read.length)
          .equals(read),
      ).toBe(true)
    }
  })

  scenario('refuses to go on without its keys, and destroys nothing', async (stage) => {
    const { store, keys, openAgain, fingerprint } = stage
    const seed = await insertSeed(store)
    const before = await fingerprint()
    const held = await keys.current()
    const other = { id: 'other', key: new Uint8Array(32).fill(2) }
    await refused(openAgain(new StageKeys([other])), 'wrong-key')
    await refused(openAgain(new StageKeys([{ ...held, key: other.key }])), 'wrong-key')
    keys.held.splice(0, 1, other)
    await refused(store.seeds.read(seed), 'wrong-key')
    await refused(store.rewrap(), 'wrong-key')
    expect(await fingerprint()).toBe(before)
    keys.held.splice(0, 1, held)
    expect((await contentOf(store, seed)).toString()).toBe('a login')
  })

  scenario('goes over to a new key without rewriting content', async ({ store, keys, openAgain }) => {
    const old = await insertSeed(store, { content: noise(BIG) })
    const next = { id: 'second', key: new Uint8Array(32).fill(2) }
    keys.held.push(next)
    const young = await insertSeed(store)
    expect((await contentOf(store, old)).length).toBe(BIG)
    expect(await store.rewrap()).toEqual({ rewrapped: 1 })
    expect(await store.rewrap()).toEqual({ rewrapped: 0 })
    keys.held.shift()
    const again = await openAgain(new StageKeys([next]))
    expect(Buffer.concat([...noise(BIG)]).equals(await contentOf(again, old))).toBe(true)
    expect((await contentOf(again, young)).toString()).toBe('a login')
  })

  scenario('leaves alone what a newer version has made', async (stage) => {
    await insertSeed(stage.store)
    await stage.makeNewer()
    const before = await stage.fingerprint()
    await refused(stage.openAgain(), 'newer-store')
    expect(await stage.fingerprint()).toBe(before)
  })

  scenario('does nothing once it is closed', async ({ store, openAgain }) => {
    const again = await openAgain()
    const seed = await insertSeed(again)
    await again.close()
    await again.close()
    await refused(again.seeds.get(seed), 'closed')
    await refused(insertSeed(again), 'closed')
    await refused(again.leases.renew({ ...seed, fence: 1 }), 'closed')
    expect(await store.seeds.get(seed)).toMatchObject({ seedId: seed.seedId })
  })
}
