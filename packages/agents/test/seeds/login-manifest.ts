import type { SeedFiles, SeedManifest, SeedVerdict } from '../../src/seeds/manifest.ts'

export const LOGIN = '.agent/login.json'
export const SETTINGS = '.agent/settings.json'

/** What an agent's login of the tests is: whose, and a token that works once. */
export interface TestLogin {
  readonly user: string
  readonly token: string
  readonly at?: number
}

export const loginText = (login: TestLogin): string => JSON.stringify({ at: 1, ...login })

function loginOf(files: SeedFiles): TestLogin & { readonly at: number } {
  return JSON.parse(Buffer.from(files.get(LOGIN) ?? '').toString())
}

/** An agent of no make: a login that rotates, and settings of which `theme` is carried. */
export function loginManifest(verify?: (files: SeedFiles) => Promise<SeedVerdict>): SeedManifest {
  return {
    agent: 'agent',
    version: 2,
    files: [
      {
        path: LOGIN,
        kind: 'credential',
        required: true,
        maxBytes: 10_000,
        check: (bytes) => {
          const text = Buffer.from(bytes).toString()
          if (!text.endsWith('}')) return { kind: 'half-written', reason: 'ends in the middle' }
          if (JSON.parse(text).token === undefined) return { kind: 'logged-out', reason: 'has no token' }
          return undefined
        },
      },
      {
        path: SETTINGS,
        kind: 'configuration',
        mode: 0o640,
        pick: (bytes) =>
          Buffer.from(JSON.stringify({ theme: JSON.parse(Buffer.from(bytes).toString()).theme })),
        merge: (base, over) =>
          Buffer.from(
            JSON.stringify({
              ...JSON.parse(Buffer.from(base).toString()),
              ...JSON.parse(Buffer.from(over).toString()),
            }),
          ),
      },
    ],
    identity: (files) => loginOf(files).user,
    isNewer: (live, stored) => loginOf(live).at >= loginOf(stored).at,
    account: (files) => ({
      email: loginOf(files).user,
      plan: 'team',
      accountId: loginOf(files).token.repeat(20),
    }),
    ...(verify && { verify: (files) => verify(files) }),
  }
}
