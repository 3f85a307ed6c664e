import type { Host } from '@x/host'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { normaliseAccount, renderAccount } from './account.ts'
import { accountOf } from './capture-seed.ts'
import { inUse } from './delete-seed.ts'
import { loadSeed } from './load-seed.ts'
import type { SeedFiles, SeedManifest } from './manifest.ts'
import { readHome } from './read-home.ts'
import { renderBundle } from './seed-bundle.ts'
import { SeedError } from './seed-error.ts'
import { summarise, type SeedSummary } from './seed-summary.ts'

/** A broker may renew the old login meanwhile; the new one replaces what came of that, too. */
const TRIES = 5

/** Where the new login lies. */
export interface ReplaceLoginOptions {
  readonly host: Host
  /** The agent's home on that host: absolute. */
  readonly home: string
  readonly signal?: AbortSignal
}

/**
 * Puts the login that lies in an agent's home in place of a seed's: its id, name, handles and sessions stay, and it is
 * alive, whatever was known about the old one. Configuration that the seed carries stays as it is.
 * @throws SeedError `other-account` for a login of somebody else; `in-use` while somebody holds a lease, or held it
 * when it was lost; what `captureSeed` throws. The old login stays.
 * @throws HostError, StoreError
 */
export async function replaceLogin(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
  { host, home, signal }: ReplaceLoginOptions,
): Promise<SeedSummary> {
  signal?.throwIfAborted()
  const found = await readHome(host, home, manifest, 'credential')
  for (let tries = 1; ; tries += 1) {
    const { seed, bundle } = await loadSeed(store, manifest, key)
    const files = new Map([...bundle.files, ...found])
    assertSameAccount(manifest, files, bundle.files)
    const content = [renderBundle({ ...bundle, manifestVersion: manifest.version, files })]
    try {
      const { revision } = seed
      await store.refreshes.replaceLogin(key, { content, revision, ...(signal && { signal }) })
      return await noteAccount(store, manifest, key, files)
    } catch (error) {
      if (!(error instanceof StoreError)) throw error
      if (error.code === 'leased') await refuseLeased(store, key, error)
      else if (error.code !== 'conflict') throw error
      if (tries === TRIES) throw error
    }
  }
}

/** @throws SeedError `other-account` */
function assertSameAccount(manifest: SeedManifest, live: SeedFiles, stored: SeedFiles): void {
  if (!manifest.identity || manifest.identity(live) === manifest.identity(stored)) return
  const [theirs, ours] = [whoIs(manifest, live), whoIs(manifest, stored)]
  const other = theirs === ours ? 'another account or workspace' : theirs
  throw new SeedError('other-account', `this is a login of ${other}, and the seed is one of ${ours}`)
}

function whoIs(manifest: SeedManifest, files: SeedFiles): string {
  const { email, name, accountId, method } = accountOf(manifest, files) ?? {}
  return email ?? name ?? accountId ?? method ?? 'an unknown account'
}

/** Given back meanwhile, nothing stands in the way any more. @throws SeedError `in-use` */
async function refuseLeased(store: Store, key: SeedKey, cause: unknown): Promise<void> {
  const seed = await store.seeds.get(key)
  if (seed.lease) throw inUse(seed, seed.lease, cause)
}

/** What was said of the old login counts no more. */
async function noteAccount(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
  files: SeedFiles,
): Promise<SeedSummary> {
  const account = accountOf(manifest, files)
  const known = normaliseAccount((await store.seeds.get(key)).metadata['account'])
  const metadata = {
    verified: null,
    ...(account && { account: renderAccount({ ...known, ...account }) }),
  }
  const seed: SeedRecord = await store.seeds.change(key, { metadata })
  const handles = await store.handles.list(key)
  return summarise(
    seed,
    handles.map(({ session }) => session),
  )
}
