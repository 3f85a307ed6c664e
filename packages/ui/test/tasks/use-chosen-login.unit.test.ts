import { expect, test } from 'vitest'
import type { Seed } from '../../src/connection/parse-seeds.ts'
import { chosenLogin, loginKey, parseLoginKey } from '../../src/tasks/use-chosen-login.ts'

const seed = (id: string, state: Seed['state'] = 'idle'): Seed => ({
  id,
  name: id,
  agent: 'codex',
  state,
  createdAt: 1,
  savedAt: 1,
  users: [],
})
const SEEDS = [seed('spent', 'unknown'), seed('a'), seed('b')]

test.each([
  [undefined, 'the offline model', 'usual'],
  [undefined, null, { seedId: 'a' }],
  ['seed b', 'the offline model', { seedId: 'b' }],
  ['seed gone', 'the offline model', 'usual'],
  ['seed spent', null, { seedId: 'a' }],
  ['in-terminal', null, 'in-terminal'],
  ['usual', null, { seedId: 'a' }],
])('with %j remembered and %j as usual it is %j', (kept, usual, login) => {
  expect(chosenLogin({ seeds: SEEDS, usual }, kept)).toEqual(login)
})

test('with nothing at all there is none', () => {
  expect(chosenLogin({ seeds: [], usual: null }, undefined)).toBeUndefined()
})

test.each(['usual', 'in-terminal', { seedId: 'a b' }] as const)('%j is remembered', (login) => {
  expect(parseLoginKey(loginKey(login))).toEqual(login)
})
