import type { BrokerStore } from '@x/agents/broker'
import { StoreError } from '@x/agents/store'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'

export interface FailingStoreOptions {
  /** From 0 to 1. */
  readonly failing: number
  /** The same seed has the same sequence of failures. */
  readonly seed: number
  readonly sabotage: boolean
  /** The mark is durable, and nobody has been told. */
  readonly onMarked: () => void
}

/** A store whose calls fail now and then: some before they did anything, some with their answer lost. */
export function failingStore(store: BrokerStore, options: FailingStoreOptions): BrokerStore {
  const { sabotage, onMarked } = options
  const random = createSeededRandom(options.seed)
  const claim: BrokerStore['refreshes']['claim'] = async (asked) => {
    const answer = await store.refreshes.claim(asked)
    if (!sabotage || answer.type !== 'unavailable' || answer.why !== 'unknown') return answer
    // As if nothing had happened.
    const held = { ...asked, fence: answer.refresh.fence }
    await store.refreshes.settle(held, { type: 'untouched' })
    return store.refreshes.claim(asked)
  }
  const markSent: BrokerStore['refreshes']['markSent'] = async (held) => {
    await store.refreshes.markSent(held)
    onMarked()
  }
  return {
    seeds: failing(store.seeds, options.failing, random),
    refreshes: failing({ ...store.refreshes, claim, markSent }, options.failing, random),
    handles: failing(store.handles, options.failing, random),
  }
}

/** Some fail before they did anything, some after. @param share from 0 to 1 */
export function failing<Operations extends object>(
  operations: Operations,
  share: number,
  random: SeededRandom,
): Operations {
  const flawed = Object.entries(operations).map(([name, operation]) => [
    name,
    async (...args: readonly unknown[]): Promise<unknown> => {
      const fate = random.next()
      if (fate < share / 2) throw new StoreError('unreachable', `${name} has failed`)
      const result = await (operation as (...given: readonly unknown[]) => Promise<unknown>)(...args)
      if (fate < share) throw new StoreError('unreachable', `the answer of ${name} was lost`)
      return result
    },
  ])
  return Object.fromEntries(flawed) as Operations
}
