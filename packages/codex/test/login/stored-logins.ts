import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openBroker, type Broker } from '@x/agents/broker'
import { createSeeds, type Seeds, type SeedSummary } from '@x/agents/seeds'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory, type Store } from '@x/agents/store'
import { issuedAuth, openTokenEndpoint, type IssuedTokens, type TokenEndpointFixture } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { createChatGptProvider } from '../../src/login/chatgpt-provider.ts'
import { openCodexLogins } from '../../src/login/codex-logins.ts'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import type { CodexLogins } from '../../src/login/seed-login.ts'

export const OWNER = 'ada'

const CLAIMS = {
  email: 'ada@example.com',
  'https://api.openai.com/auth': {
    chatgpt_plan_type: 'pro',
    chatgpt_account_id: 'account-1',
    chatgpt_user_id: 'user-1',
  },
}

/** What one process has of stored logins. */
export interface Orchestrator extends AsyncDisposable {
  readonly broker: Broker
  readonly logins: CodexLogins
}

/** A store with logins, the service that renews them, and who may ask a model with them. */
export interface StoredLogins extends AsyncDisposable {
  readonly endpoint: TokenEndpointFixture
  readonly store: Store
  readonly seeds: Seeds
  /** Another process with the same store, or with another view of it. The caller disposes it. */
  readonly orchestrator: (view?: Store) => Promise<Orchestrator>
  /** A ChatGPT login, made and captured. */
  readonly capture: (pool?: string) => Promise<SeedSummary & { readonly login: IssuedTokens }>
  readonly captureKey: (key: string) => Promise<SeedSummary>
  /** Whether the model answers to it: an access token that is not `expire`d, or anything that is none. */
  readonly accepts: (bearer: string) => boolean
  /** The model refuses all access tokens of a login that there are. */
  readonly expire: (login: IssuedTokens) => void
}

export async function openStoredLogins(root: string): Promise<StoredLogins> {
  const endpoint = await openTokenEndpoint({ claims: CLAIMS })
  const store = await openSqliteStore({
    path: path.join(root, 'store/store.sqlite'),
    keys: openKeyDirectory({ path: path.join(root, 'keys') }),
  })
  const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
  const least = new Map<string, number>()
  let homes = 0
  const capture = async (auth: object, pool?: string): Promise<SeedSummary> => {
    await using host = await openLocalHost()
    const home = path.join(root, 'homes', String((homes += 1)))
    await mkdir(path.join(home, '.codex'), { recursive: true, mode: 0o700 })
    await writeFile(path.join(home, '.codex/auth.json'), JSON.stringify(auth), { mode: 0o600 })
    const name = `login ${homes}`
    return await seeds.capture({
      host,
      home,
      owner: OWNER,
      name,
      agent: 'codex',
      ...(pool !== undefined && { pool }),
    })
  }
  return {
    endpoint,
    store,
    seeds,
    async orchestrator(view = store) {
      const providers = { codex: createChatGptProvider({ tokenUrl: endpoint.url }) }
      const broker = await openBroker({ store, providers, freshMs: 0 })
      const logins = await openCodexLogins({ store: view, seeds, broker, owner: OWNER, leaseMs: 4_000 })
      return {
        broker,
        logins,
        async [Symbol.asyncDispose]() {
          await logins.close()
          await broker.close()
        },
      }
    },
    async capture(pool) {
      const login = endpoint.login()
      return { ...(await capture(issuedAuth(login), pool)), login }
    },
    captureKey: (key) => capture({ auth_mode: 'apikey', OPENAI_API_KEY: key }),
    accepts(bearer) {
      const [family, commit] = tokenIn(bearer)
      return family === undefined || commit >= (least.get(family) ?? 0)
    },
    expire: ({ family }) => void least.set(family, endpoint.commitsOf(family) + 2),
    async [Symbol.asyncDispose]() {
      await store.close()
      await endpoint[Symbol.asyncDispose]()
    },
  }
}

/** Of which login an access token is, and which commit of it has made it. */
export function tokenIn(bearer: string): readonly [family: string | undefined, commit: number] {
  const payload = Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString('utf8')
  const [family, commit] = /"jti":"([0-9a-f]+)-(\d+)"/.exec(payload)?.slice(1) ?? []
  return [family, Number(commit)]
}
