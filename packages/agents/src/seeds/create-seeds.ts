import type { HeldLease } from '../store/lease.ts'
import type { SeedFilter, SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { normaliseAccount, renderAccount, renderQuotas, type SeedAccount } from './account.ts'
import { acquireSeed, type AcquireOptions } from './acquire-seed.ts'
import { captureSeed, type CaptureOptions } from './capture-seed.ts'
import { removeSeed, type RemoveOptions } from './delete-seed.ts'
import { exportSeed, importSeed, type ImportOptions } from './export-seed.ts'
import { loadSeed } from './load-seed.ts'
import { assertManifest, type SeedFiles, type SeedManifest, type SeedVerdict } from './manifest.ts'
import { plantSeed, type PlantedSeed, type PlantOptions } from './plant-seed.ts'
import { replaceLogin, type ReplaceLoginOptions } from './replace-login.ts'
import { SeedError } from './seed-error.ts'
import { SeedLease } from './seed-lease.ts'
import { summarise, type SeedSummary } from './seed-summary.ts'
import { verifySeed } from './verify-seed.ts'
import { PlantedWatch, type WatchOptions } from './watch-planted.ts'

/** Who takes over a seed whose holder is gone. */
export interface TakeOverOptions {
  readonly holder: string
  /** Where the login lies: on the worker where it was, until it was looked at. */
  readonly worker: string
  /** How long it stays ours without renewal, in milliseconds. @default 60_000 */
  readonly leaseMs?: number
  /** Also from a holder whose lease has not expired: for a person who knows that it is gone. @default false */
  readonly revoke?: boolean
}

export interface SeedsOptions {
  /** Stays the caller's: whoever opened it closes it. */
  readonly store: Store
  /** One for each agent whose logins are kept. */
  readonly manifests: readonly SeedManifest[]
}

/** The logins of a store, by the manifests of their agents. */
export interface Seeds {
  /** Makes a seed of a login that lies in an agent's home. See `captureSeed`. */
  readonly capture: (options: CaptureOptions & { readonly agent: string }) => Promise<SeedSummary>
  /** Puts a login into an agent's home. See `plantSeed`. */
  readonly plant: (options: PlantOptions) => Promise<PlantedSeed>
  /** Puts a new login of the same account in place of a seed's; its sessions go on. See `replaceLogin`. */
  readonly replaceLogin: (key: SeedKey, options: ReplaceLoginOptions) => Promise<SeedSummary>
  /** The owner's seeds, oldest first; those that were deleted with `deleted`. */
  readonly list: (filter: SeedFilter) => Promise<readonly SeedSummary[]>
  /** @throws StoreError `not-found` */
  readonly get: (key: SeedKey) => Promise<SeedSummary>
  /** @throws StoreError `not-found` */
  readonly rename: (key: SeedKey, name: string) => Promise<SeedSummary>
  /** `undefined` takes it out of its pool. @throws StoreError `not-found` */
  readonly move: (key: SeedKey, pool: string | undefined) => Promise<SeedSummary>
  /** Notes what was learnt about the account, for example its quotas; fields that are left out stay. */
  readonly describe: (key: SeedKey, account: SeedAccount) => Promise<SeedSummary>
  /** Takes it out of sight; `restore` brings it back. @throws SeedError `in-use` */
  readonly delete: (key: SeedKey, options?: RemoveOptions) => Promise<void>
  /** @throws StoreError `not-found` */
  readonly restore: (key: SeedKey) => Promise<SeedSummary>
  /** Destroys it. @throws SeedError `in-use` */
  readonly purge: (key: SeedKey, options?: RemoveOptions) => Promise<void>
  /** Leases one of the seeds that were asked for, and waits for it. The caller releases it. See `acquireSeed`. */
  readonly acquire: (options: AcquireOptions) => Promise<SeedLease>
  /**
   * Makes an expired lease ours: then `watch` the home where the login was, and close that at once, which saves what is
   * found there. Release it only when it was looked at, or when the worker is lost for good.
   * @throws StoreError `lease-lost` when it changed hands meanwhile; `leased` when it has not expired
   */
  readonly takeOver: (lease: HeldLease, options: TakeOverOptions) => Promise<SeedLease>
  /** Keeps the stored copy of a planted login current; takes over the lease. The caller closes it. */
  readonly watch: (options: WatchOptions) => Promise<PlantedWatch>
  /** Encrypts a seed to a passphrase. See `exportSeed`. */
  readonly export: (key: SeedKey, options: { readonly passphrase: string }) => Promise<Uint8Array>
  /** Makes a new seed of an export. See `importSeed`. */
  readonly import: (sealed: Uint8Array, options: ImportOptions) => Promise<SeedSummary>
  /**
   * The files of a login as they are now, checked: secrets, for the wrapper of an agent.
   * @throws StoreError @throws SeedError `damaged`, `unsafe`, `newer-seed`, `unknown-agent`, `not-logged-in`, `half-written`
   */
  readonly read: (key: SeedKey) => Promise<SeedFiles>
  /** Asks the provider whether it still works. See `verifySeed`. */
  readonly verify: (key: SeedKey, options?: { readonly signal?: AbortSignal }) => Promise<SeedVerdict>
}

/**
 * Binds a store to what knows the logins in it. Holds nothing open.
 * @throws TypeError for a manifest that can't be right, or two of one agent
 */
export function createSeeds({ store, manifests }: SeedsOptions): Seeds {
  for (const manifest of manifests) assertManifest(manifest)
  const byAgent = new Map(manifests.map((manifest) => [manifest.agent, manifest]))
  if (byAgent.size < manifests.length) throw new TypeError('expected one manifest for each agent')
  const of = (agent: string): SeedManifest => {
    const manifest = byAgent.get(agent)
    if (!manifest) throw new SeedError('unknown-agent', `there is no manifest for logins of ${agent}`)
    return manifest
  }
  const ofSeed = async (key: SeedKey): Promise<SeedManifest> => of((await store.seeds.get(key)).agent)
  return {
    capture: async ({ agent, ...options }) => captureSeed(store, of(agent), options),
    plant: async (options) => plantSeed(store, await ofSeed(options.seed), options),
    replaceLogin: async (key, options) => replaceLogin(store, await ofSeed(key), pickKey(key), options),
    ...people(store),
    delete: (key, options) => removeSeed(store, 'delete', key, options),
    purge: (key, options) => removeSeed(store, 'purge', key, options),
    acquire: (options) => acquireSeed(store, options),
    takeOver: async (held, { holder, worker, leaseMs = 60_000, revoke = false }) => {
      const asked = performance.now()
      const lease = await store.leases.takeOver({ ...pick(held), holder, worker, leaseMs, revoke })
      return new SeedLease(store, lease, asked, { leaseMs })
    },
    watch: async (options) => new PlantedWatch(store, await ofSeed(options.lease), options),
    export: async (key, options) => exportSeed(store, await ofSeed(key), key, options),
    import: (sealed, options) => importSeed(store, of, sealed, options),
    read: async (key) => (await loadSeed(store, await ofSeed(key), key)).bundle.files,
    verify: async (key, options) => verifySeed(store, await ofSeed(key), key, options),
  }
}

/** What a person does with seeds. */
function people(store: Store): Pick<Seeds, 'list' | 'get' | 'rename' | 'move' | 'describe' | 'restore'> {
  const told = async (seed: SeedRecord): Promise<SeedSummary> => {
    const handles = await store.handles.list({ owner: seed.owner, seedId: seed.seedId })
    return summarise(
      seed,
      handles.map(({ session }) => session),
    )
  }
  return {
    list: async (filter) => {
      const seeds = await store.seeds.list(filter)
      const handles = await store.handles.list({ owner: filter.owner })
      const sessionsOf = ({ seedId }: SeedKey) =>
        handles.filter((one) => one.seedId === seedId).map((one) => one.session)
      return seeds.map((seed) => summarise(seed, sessionsOf(seed)))
    },
    get: async (key) => told(await store.seeds.get(key)),
    rename: async (key, name) => told(await store.seeds.change(key, { name })),
    move: async (key, pool) => told(await store.seeds.change(key, { pool: pool ?? null })),
    restore: async (key) => told(await store.seeds.restore(key)),
    describe: async (key, account) => {
      const { quotas, ...rest } = normaliseAccount(account) ?? {}
      const metadata = quotas ? { quotas: renderQuotas(quotas) } : {}
      // Sessions tell their quotas while others renew the login: each writes its own part.
      if (Object.keys(rest).length === 0) return told(await store.seeds.change(key, { metadata }))
      const before = normaliseAccount((await store.seeds.get(key)).metadata['account'])
      const known = { ...metadata, account: renderAccount({ ...before, ...rest }) }
      return told(await store.seeds.change(key, { metadata: known }))
    },
  }
}

function pickKey({ owner, seedId }: SeedKey): SeedKey {
  return { owner, seedId }
}

function pick({ owner, seedId, fence }: HeldLease): HeldLease {
  return { owner, seedId, fence }
}
