import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import type { Seed } from '../../src/connection/parse-seeds.ts'
import { SeedApi } from '../../src/connection/seed-api.ts'
import { SeedListStore } from '../../src/connection/seed-list-store.ts'
import { SeedRow } from '../../src/seeds/seed-row.tsx'

const SEED: Seed = {
  id: 'a',
  name: 'work',
  agent: 'codex',
  state: 'idle',
  account: { method: 'chatgpt', email: 'ada@example.com', plan: 'pro' },
  createdAt: 1,
  savedAt: 2,
  users: [],
}
const STORE = new SeedListStore(
  new SeedApi({ baseUrl: 'http://127.0.0.1:1', fetch: globalThis.fetch, onLoggedOut: () => undefined }),
)

function drawn(seed: Partial<Seed> = {}) {
  const markup = renderToStaticMarkup(
    <SeedRow seed={{ ...SEED, ...seed }} store={STORE} onLogIn={() => undefined} />,
  )
  return {
    markup,
    words: markup
      .replace(/<[^>]*>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim(),
    buttons: Array.from(markup.matchAll(/<button[^>]*>([^<]*)<\/button>/g), ([, name]) => name),
  }
}

test('one that nobody uses is ready, and says whose it is', () => {
  const { words, buttons } = drawn()
  expect(words).toMatch(/work ready Account ada@example\.com · ChatGPT · pro/)
  expect(words).toContain('Used by nobody')
  expect(buttons).toEqual(['Verify', 'Rename', 'Export', 'Delete'])
})

test('who uses it is a link to the conversation', () => {
  const { markup, words } = drawn({
    users: [
      { name: 'Fix it', sessionId: 's 1' },
      { name: 'elsewhere', worker: 'box' },
    ],
  })
  expect(markup).toContain('<a href="#/s/s%201">Fix it</a>')
  expect(words).toMatch(/in use[^]*elsewhere on box/)
})

test.each([
  ['unknown', 'cut off', /log in again .*nobody knows whether its token is spent \(cut off\)/],
  ['dead', 'invalid_grant', /refused for good .*refused this login for good \(invalid_grant\)/],
] as const)('one that is %s offers a new login', (state, reason, said) => {
  const { words, buttons } = drawn({ state, reason })
  expect(words).toMatch(said)
  expect(buttons[0]).toBe('Log in again')
})

test('a key that is refused is followed by another one', () => {
  expect(drawn({ state: 'dead', account: { method: 'api-key' } }).buttons[0]).toBe('Use another key')
})

test.each([
  [{ verdict: 'alive' }, 'The login works.'],
  [{ verdict: 'dead', detail: 'gone' }, 'The login does not work any more: gone.'],
  [{ verdict: 'inconclusive', detail: 'busy' }, 'Nobody can say whether the login works: busy.'],
] as const)('a check that found %j is said in words', (found, said) => {
  expect(drawn({ verified: { at: 1, ...found } }).words).toContain(said)
})

test('a name that would turn the line around is shown as it is', () => {
  expect(drawn({ name: 'a\u202eb' }).words).toContain('a‹U+202E›b')
})
