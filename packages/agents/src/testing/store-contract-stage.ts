import { expect } from 'vitest'
import type { KeyProvider, StoreKey } from '../store/key-provider.ts'
import type { NewSeed, SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'

/** A store for one case, and what only whoever has opened it can do to it. Disposing leaves nothing behind. */
export interface StoreStage extends AsyncDisposable {
  /** New and empty; encrypts with `keys`. */
  readonly store: Store
  readonly keys: StageKeys
  /** Opens the same store once more, as another process would. The stage closes it, if the case does not. */
  readonly openAgain: (keys?: KeyProvider) => Promise<Store>
  /** Makes all times that the store remembers older by this much. */
  readonly backdate: (ms: number) => Promise<void>
  /** How many blobs lie there in any state, whole or in part, whoever speaks of them. */
  readonly countBlobs: () => Promise<number>
  /** Behind the store's back, lets the one seed name the other's content and the other way around. */
  readonly swapContent: (one: SeedKey, other: SeedKey) => Promise<void>
  /** Behind the store's back, changes one bit at `offset` of what is stored, or cuts it off there. */
  readonly damageContent: (key: SeedKey, offset: number, how: 'flip' | 'cut') => Promise<void>
  /** Makes the store look as if a newer version had made it. */
  readonly makeNewer: () => Promise<void>
  /** Everything that is stored in a form that shows whether anything has changed. */
  readonly fingerprint: () => Promise<string>
}

/** Registers one case, with a stage of its own. */
export type StoreCase = (name: string, body: (stage: StoreStage) => Promise<void>) => void

/** Keys in memory, which a case may lose. */
export class StageKeys implements KeyProvider {
  readonly held: StoreKey[]

  constructor(held: readonly StoreKey[] = [{ id: 'first', key: new Uint8Array(32).fill(1) }]) {
    this.held = [...held]
  }

  readonly current = async (): Promise<StoreKey> => {
    const key = this.held.at(-1)
    if (!key) throw new Error('there is no key at all')
    return key
  }

  readonly find = async (id: string): Promise<StoreKey | undefined> => this.held.find((key) => key.id === id)
}

export const OWNER = 'ada'

/** A login of a few bytes in the pool `team`. */
export function insertSeed(store: Store, seed: Partial<NewSeed> = {}): Promise<SeedRecord> {
  const content = [Buffer.from('a login')]
  return store.seeds.insert({ owner: OWNER, name: 'work', agent: 'codex', pool: 'team', content, ...seed })
}

/** The whole content, and that its size is what the record says. */
export async function contentOf(store: Store, key: SeedKey): Promise<Buffer> {
  const { seed, content } = await store.seeds.read(key)
  const chunks: Uint8Array[] = []
  for await (const chunk of content) chunks.push(chunk)
  const whole = Buffer.concat(chunks)
  expect(whole.length).toBe(seed.bytes)
  return whole
}

/** Expects a rejection with a `StoreError` of that code. */
export async function refused(action: Promise<unknown>, code: string): Promise<void> {
  await expect(action).rejects.toMatchObject({ name: 'StoreError', code })
}

/** A claim of `holder` on one seed of the pool `team`. @throws Error when none is free */
export async function take(store: Store, holder: string, leaseMs = 60_000) {
  const of = { pool: 'team' }
  const answer = await store.leases.acquire({
    owner: OWNER,
    of,
    holder,
    worker: `host of ${holder}`,
    leaseMs,
  })
  if (answer.type !== 'leased') throw new Error(`no seed is free: ${answer.type}`)
  return answer.lease
}

/** The items in turn. */
export function inTurn<T>(items: readonly T[], n: number): T {
  const item = items[n % items.length]
  if (item === undefined) throw new RangeError('expected at least one item')
  return item
}

/** Bytes that differ everywhere and don't compress. */
export function* noise(bytes: number, chunk = 100_000): Generator<Uint8Array> {
  let state = 1
  for (let at = 0; at < bytes; at += chunk) {
    const part = new Uint8Array(Math.min(chunk, bytes - at))
    for (let index = 0; index < part.length; index += 1) {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff
      part[index] = state >> 16
    }
    yield part
  }
}
