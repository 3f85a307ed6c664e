import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createSeeds } from '@x/agents/seeds'
import type { SeedRecord, Store } from '@x/agents/store'
import { codexSeedManifest } from '@x/codex'
import { issuedAuth, type IssuedTokens } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { OWNER } from './orchestrator-errand.ts'

/** Captures a login as Codex leaves it behind, in a home of its own below `directory`. */
export async function captureLogin(
  store: Store,
  directory: string,
  login: IssuedTokens,
): Promise<SeedRecord> {
  const home = path.join(directory, 'homes', login.family)
  await mkdir(path.join(home, '.codex'), { recursive: true, mode: 0o700 })
  const auth = issuedAuth(login, login.family)
  await writeFile(path.join(home, '.codex/auth.json'), JSON.stringify(auth), { mode: 0o600 })
  await using host = await openLocalHost()
  const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
  const seed = await seeds.capture({ host, home, owner: OWNER, name: login.family, agent: 'codex' })
  return await store.seeds.get({ owner: OWNER, seedId: seed.seedId })
}

/** What lies in the store: the token that renews, and the one that sessions get. */
export async function storedLogin(
  store: Store,
  { seedId }: SeedRecord,
): Promise<{ readonly refreshToken: string; readonly accessToken: string }> {
  const { content } = await store.seeds.read({ owner: OWNER, seedId })
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  const text = Buffer.concat(pieces).toString('utf8')
  const token = (name: string): string => new RegExp(`"${name}": ?"([^"]+)"`).exec(text)?.[1] ?? ''
  return { refreshToken: token('refresh_token'), accessToken: token('access_token') }
}
