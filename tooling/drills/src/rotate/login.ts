import { createSeeds } from '@x/agents/seeds'
import type { SeedRecord, Store } from '@x/agents/store'
import { codexSeedManifest } from '@x/codex'
import type { IssuedTokens } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { homeWithLogin } from '../logins/home-with-login.ts'
import { OWNER } from '../logins/stored-login.ts'

/** Captures a login as Codex leaves it behind, in a home of its own below `directory`. */
export async function captureLogin(
  store: Store,
  directory: string,
  login: IssuedTokens,
): Promise<SeedRecord> {
  const home = await homeWithLogin(directory, login, login.family)
  await using host = await openLocalHost()
  const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
  const seed = await seeds.capture({ host, home, owner: OWNER, name: login.family, agent: 'codex' })
  return await store.seeds.get({ owner: OWNER, seedId: seed.seedId })
}
