import { expect } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { contentOf } from '../../src/testing/store-contract-stage.ts'
import type { StoreProcess } from './run-store-process.ts'

const OWNER = 'ada'

/** Lets all claim the same seed at once, again and again. @returns who won each round */
export async function raceForOneSeed(
  store: Store,
  racers: readonly StoreProcess[],
  rounds: number,
): Promise<readonly number[]> {
  const content = [Buffer.from('a login')]
  const seed = await store.seeds.insert({ owner: OWNER, name: 'one', agent: 'codex', pool: 'race', content })
  const winners: number[] = []
  for (let round = 1; round <= rounds; round += 1) {
    for (const racer of racers) racer.tell(String(round))
    const answers = await Promise.all(racers.map((racer) => racer.next()))
    const won = answers.flatMap(({ type }, index) => (type === 'leased' ? [index] : []))
    expect(won).toHaveLength(1)
    expect(answers[won[0] ?? 0]).toMatchObject({ fence: round })
    winners.push(...won)
    expect(await store.leases.release({ ...seed, fence: round })).toBe(true)
  }
  return winners
}

/**
 * Everything that the writer said is there, and all that is there is whole.
 * @returns the number that the next writer begins with
 */
export async function verifyAcknowledged(
  store: Store,
  said: readonly Readonly<Record<string, unknown>>[],
): Promise<number> {
  const seeds = await store.seeds.list({ owner: OWNER })
  const byName = new Map(seeds.map((seed) => [seed.name, seed]))
  for (const line of said) {
    if ('inserted' in line) expect(byName.get(String(line['inserted']))).toBeDefined()
    if ('replaced' in line) expect(byName.get(String(line['replaced']))?.revision).toBe(2)
    if ('changed' in line)
      expect(byName.get(String(line['changed']))?.metadata).toEqual({ n: line['changed'] })
    if ('task' in line)
      expect(await store.tasks.get({ owner: OWNER, taskId: `t${String(line['task'])}` })).toBeDefined()
  }
  for (const seed of seeds) {
    const expected =
      seed.revision === 1 ? Buffer.alloc(1_100_000, `${seed.name} `) : Buffer.alloc(70_000, `${seed.name}!`)
    expect(expected.equals(await contentOf(store, seed))).toBe(true)
  }
  return Math.max(-1, ...seeds.map(({ name }) => Number(name))) + 1
}
