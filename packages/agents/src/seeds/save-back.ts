import { HostError, type Host } from '@x/host'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import { normaliseAccount, renderAccount } from './account.ts'
import { accountOf } from './capture-seed.ts'
import { loadSeed } from './load-seed.ts'
import type { SeedFiles, SeedManifest } from './manifest.ts'
import { readHome } from './read-home.ts'
import { digestOf, renderBundle } from './seed-bundle.ts'
import { LeaseLostError, SeedError } from './seed-error.ts'
import type { SeedLease } from './seed-lease.ts'

/** Content that was replaced by an earlier try of ours, whose answer never came, is found at the second look. */
const TRIES = 3

/**
 * What one look at a planted login came to.
 *
 * - `unchanged`: what lies on the worker is what is stored.
 * - `saved`: it had rotated, and is stored now.
 * - `not-ours`: it is somebody else's login, or older than what is stored; neither may replace it.
 * - `no-login`: there is none at the moment; `error` says why.
 * - `worker-failed`, `store-failed`: nobody knows; the login is where it was.
 * - `lost`: the lease is not ours any more, and nothing was written.
 */
export type SaveOutcome =
  | { readonly type: 'unchanged' }
  | { readonly type: 'saved'; readonly revision: number }
  | { readonly type: 'not-ours'; readonly why: 'other-account' | 'older' }
  | { readonly type: 'no-login'; readonly error: SeedError }
  | { readonly type: 'worker-failed'; readonly error: unknown }
  | { readonly type: 'store-failed'; readonly error: unknown }
  | { readonly type: 'lost'; readonly error: LeaseLostError }

/** A login on a worker, and the lease under which it lies there. */
export interface PlantedPlace {
  readonly host: Host
  /** The agent's home on that host: absolute. */
  readonly home: string
  readonly lease: SeedLease
}

/** Looks at a planted login and saves it when it has rotated. */
export class SaveBack {
  private readonly store: Store
  private readonly manifest: SeedManifest
  private readonly place: PlantedPlace
  /** What was found to need no saving, so that looking costs the store nothing. */
  private settled: { readonly generation: string; readonly outcome: SaveOutcome } | undefined

  constructor(store: Store, manifest: SeedManifest, place: PlantedPlace) {
    this.store = store
    this.manifest = manifest
    this.place = place
  }

  async attempt(): Promise<SaveOutcome> {
    const { host, home } = this.place
    let live: SeedFiles
    try {
      live = await readHome(host, home, this.manifest, 'credential')
    } catch (error) {
      if (error instanceof SeedError) return { type: 'no-login', error }
      return { type: 'worker-failed', error }
    }
    const generation = generationOf(this.manifest, live)
    if (generation === this.settled?.generation)
      return this.settled.outcome.type === 'not-ours' ? this.settled.outcome : { type: 'unchanged' }
    try {
      const outcome = await this.save(live)
      this.settled = { generation, outcome }
      return outcome
    } catch (error) {
      if (error instanceof LeaseLostError) return { type: 'lost', error }
      if (error instanceof HostError) return { type: 'worker-failed', error }
      return { type: 'store-failed', error }
    }
  }

  /** Renews first: whoever has lost the lease must not even try. */
  private async save(live: SeedFiles): Promise<SaveOutcome> {
    const { lease } = this.place
    for (let tries = 1; ; tries += 1) {
      await lease.renew()
      const { seed, bundle } = await loadSeed(this.store, this.manifest, lease)
      const files = new Map([...bundle.files, ...live])
      const verdict = this.compare(files, bundle.files)
      if (verdict) return verdict
      const content = [renderBundle({ ...bundle, files })]
      try {
        const saved = await this.store.seeds.replace(lease, {
          content,
          revision: seed.revision,
          fence: lease.fence,
        })
        await this.noteAccount(files)
        return { type: 'saved', revision: saved.revision }
      } catch (error) {
        const code = error instanceof StoreError ? error.code : undefined
        if (code === 'lease-lost' || code === 'not-found') {
          await lease.renew() // says that it is lost to all who hold it
          throw new LeaseLostError(lease.seedId, lease.holder, { cause: error })
        }
        if (code !== 'conflict' || tries === TRIES) throw error
      }
    }
  }

  private compare(live: SeedFiles, stored: SeedFiles): SaveOutcome | undefined {
    const { identity, isNewer } = this.manifest
    if (generationOf(this.manifest, live) === generationOf(this.manifest, stored))
      return { type: 'unchanged' }
    if (identity && identity(live) !== identity(stored)) return { type: 'not-ours', why: 'other-account' }
    if (isNewer && !isNewer(live, stored)) return { type: 'not-ours', why: 'older' }
    return undefined
  }

  /** What a person sees. The login is safe by now, so what goes wrong here is no failure. */
  private async noteAccount(files: SeedFiles): Promise<void> {
    const account = accountOf(this.manifest, files)
    if (!account) return
    const { lease } = this.place
    try {
      const known = normaliseAccount((await this.store.seeds.get(lease)).metadata['account'])
      const change = { metadata: { account: renderAccount({ ...known, ...account }) } }
      await this.store.seeds.change(lease, change, { fence: lease.fence })
    } catch {
      // Said again with the next rotation.
    }
  }
}

function generationOf({ generation, files: named }: SeedManifest, files: SeedFiles): string {
  if (generation) return generation(files)
  const credentials = named.filter(({ kind }) => kind === 'credential')
  return credentials
    .map(({ path }) => (files.has(path) ? digestOf(files.get(path) ?? new Uint8Array()) : ''))
    .join()
}
