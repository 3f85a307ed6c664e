import type { Host } from '@x/host'
import type { Store } from '../store/store.ts'
import type { SeedFiles, SeedManifest } from './manifest.ts'
import { normaliseAccount, renderAccount, type SeedAccount } from './account.ts'
import { readHome } from './read-home.ts'
import { renderBundle } from './seed-bundle.ts'
import { summarise, type SeedSummary } from './seed-summary.ts'

/** Whose login to take up, and where it lies. */
export interface CaptureOptions {
  readonly host: Host
  /** The agent's home on that host: absolute. */
  readonly home: string
  readonly owner: string
  /** What a person will call it. */
  readonly name: string
  /** Without one it is taken by its id alone. */
  readonly pool?: string
  readonly signal?: AbortSignal
}

/**
 * Makes a seed of a login that lies in an agent's home. Each file is read once, within the home, and the bytes that
 * were checked are the ones that are stored.
 * @throws SeedError `not-logged-in`, `half-written`, `unusable`, `unsafe`, each with the `file`
 * @throws HostError, StoreError
 */
export async function captureSeed(
  store: Store,
  manifest: SeedManifest,
  { host, home, owner, name, pool, signal }: CaptureOptions,
): Promise<SeedSummary> {
  signal?.throwIfAborted()
  const files = await readHome(host, home, manifest)
  const { agent, version } = manifest
  const account = accountOf(manifest, files)
  const seed = await store.seeds.insert({
    owner,
    name,
    agent,
    manifestVersion: version,
    content: [renderBundle({ agent, manifestVersion: version, files })],
    metadata: account ? { account: renderAccount(account) } : {},
    ...(pool !== undefined && { pool }),
    ...(signal && { signal }),
  })
  return summarise(seed)
}

/** What the manifest can say about whose login it is. Nothing that goes wrong here keeps a login from being carried. */
export function accountOf(manifest: SeedManifest, files: SeedFiles): SeedAccount | undefined {
  try {
    return normaliseAccount(manifest.account?.(files))
  } catch {
    return undefined
  }
}
