import type { ListedLogin, ListedSeed, SeedDirectory } from '@x/runner'

const HOUR = 3_600_000

/** Stored logins that a test has written, in every state that there is; nobody changes them. */
export class ScriptedSeeds implements SeedDirectory {
  list(): readonly ListedSeed[] {
    const now = Date.now()
    const common = { agent: 'codex', createdAt: now - 90 * HOUR, savedAt: now - HOUR, users: [] }
    return [
      {
        ...common,
        id: 'used',
        name: 'ada@example.com',
        state: 'idle',
        account: {
          method: 'chatgpt',
          email: 'ada@example.com',
          plan: 'pro',
          expiresAt: now + 200 * HOUR,
          quotas: [
            { label: '5 hours', usedPercent: 12, resetsAt: now + HOUR },
            { label: 'weekly', usedPercent: 97, resetsAt: now + 50 * HOUR },
          ],
        },
        refreshedAt: now - HOUR,
        verified: { at: now - HOUR, verdict: 'alive' },
        users: [
          { name: 'The session quiet', sessionId: 'quiet' },
          { name: 's-elsewhere', worker: 'another-machine-with-a-long-name', since: now - HOUR },
        ],
      },
      {
        ...common,
        id: 'lost',
        name: 'a name that somebody has made as long as a name can be without a thought for narrow windows',
        state: 'idle',
        users: [{ name: 's-gone', worker: 'box', since: now - 3 * HOUR, isLost: true }],
      },
      { ...common, id: 'spent', name: 'spent', state: 'unknown', reason: 'no answer in time' },
      {
        ...common,
        id: 'dead',
        name: 'an API key',
        state: 'dead',
        reason: 'invalid_api_key',
        account: { method: 'api-key' },
        verified: { at: now, verdict: 'dead', detail: 'invalid_api_key' },
      },
    ]
  }

  logins(): readonly ListedLogin[] {
    const fault = { message: 'Nobody has logged in in time.', remedy: 'Begin again.' }
    return [
      {
        id: 'l1',
        method: 'device-code',
        status: { state: 'starting', doing: 'Fetching Codex', progress: 0.4 },
      },
      {
        id: 'l2',
        method: 'device-code',
        status: {
          state: 'waiting',
          url: 'https://issuer.example/codex/device',
          code: 'ABCD-12345',
          expiresAt: Date.now() + HOUR / 4,
        },
      },
      { id: 'l3', method: 'device-code', status: { state: 'failed', fault } },
      { id: 'l4', method: 'api-key', status: { state: 'done', seedId: 'used' } },
    ]
  }

  onChange(): Disposable {
    return { [Symbol.dispose]: () => undefined }
  }

  rename = nobody
  verify = nobody
  delete = nobody
  export = nobody
  import = nobody
  logIn = nobody
  endLogin = nobody
}

async function nobody(): Promise<never> {
  throw new Error('nothing is done here')
}
