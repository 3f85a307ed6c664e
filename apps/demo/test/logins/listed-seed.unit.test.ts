import type { SeedSummary } from '@x/agents/seeds'
import { expect, test } from 'vitest'
import { listedSeed } from '../../src/logins/listed-seed.ts'

const SEED: SeedSummary = {
  owner: 'local',
  seedId: 'seed-1',
  name: 'work',
  agent: 'codex',
  status: 'alive',
  createdAt: 1,
  savedAt: 2,
  refresh: { state: 'idle', fence: 3, refreshedAt: 4 },
  sessions: ['s-1', 'elsewhere'],
}
const titleOf = (id: string) => (id.startsWith('s-') ? `The session ${id}` : undefined)

test('who uses it is told by title where the list has it, else by what it calls itself', () => {
  expect(listedSeed(SEED, titleOf)).toEqual({
    id: 'seed-1',
    name: 'work',
    agent: 'codex',
    state: 'idle',
    createdAt: 1,
    savedAt: 2,
    refreshedAt: 4,
    users: [{ name: 'The session s-1', sessionId: 's-1' }, { name: 'elsewhere' }],
  })
})

test('a lease names its session and worker, and one that was lost says so', () => {
  const lease = {
    owner: 'local',
    seedId: 'seed-1',
    state: 'quarantined',
    fence: 1,
    holder: 's-2/0a1b2c3d',
    worker: 'box',
    since: 5,
    renewedAt: 6,
    expiresAt: 7,
  } as const
  expect(listedSeed({ ...SEED, sessions: [], lease }, titleOf).users).toEqual([
    { name: 'The session s-2', sessionId: 's-2', worker: 'box', since: 5, isLost: true },
  ])
  const held = listedSeed({ ...SEED, sessions: [], lease: { ...lease, state: 'held' } }, titleOf)
  expect(held.users[0]).not.toHaveProperty('isLost')
})

test.each([
  ['dead', 'idle', 'dead'],
  ['alive', 'unknown', 'unknown'],
  ['alive', 'refreshing', 'refreshing'],
  ['alive', 'idle', 'idle'],
] as const)('one that is %s and %s is shown as %s', (status, state, shown) => {
  const seed = { ...SEED, status, refresh: { ...SEED.refresh, state, reason: 'why' } }
  expect(listedSeed(seed, titleOf)).toMatchObject({ state: shown, reason: 'why' })
})
