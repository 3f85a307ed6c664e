import type { SeedKey } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { renderAccount } from './account.ts'
import { accountOf } from './capture-seed.ts'
import { assertBundle, loadSeed, MAX_SEED_BYTES } from './load-seed.ts'
import type { SeedManifest } from './manifest.ts'
import { parseSeedBundle } from './parse-seed-bundle.ts'
import { openWithPassphrase, sealWithPassphrase } from './passphrase-box.ts'
import { renderBundle, type SeedBundle } from './seed-bundle.ts'
import { SeedError } from './seed-error.ts'
import { summarise, type SeedSummary } from './seed-summary.ts'

/** Where an imported login goes. */
export interface ImportOptions {
  readonly passphrase: string
  readonly owner: string
  /** @default the one that it had */
  readonly name?: string
  /** Without one it is taken by its id alone. */
  readonly pool?: string
}

const MAX_NAME = 200

/**
 * Encrypts a seed to a passphrase, for a backup or a move. The seed stays; a login that rotates is good in one of the two
 * places only.
 * @throws StoreError, SeedError as for reading a seed; RangeError for a passphrase that is too short
 */
export async function exportSeed(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
  { passphrase }: { readonly passphrase: string },
): Promise<Uint8Array> {
  const { seed, bundle } = await loadSeed(store, manifest, key)
  return sealWithPassphrase(
    Buffer.concat([Buffer.from(`${JSON.stringify(seed.name)}\n`), renderBundle(bundle)]),
    passphrase,
  )
}

/**
 * Makes a new seed of an export, checked as if a stranger had written it.
 * @param manifestOf for the agent that the export names
 * @throws SeedError `wrong-passphrase`, `not-an-export`, `newer-export`, and what `assertBundle` throws; StoreError
 */
export async function importSeed(
  store: Store,
  manifestOf: (agent: string) => SeedManifest,
  sealed: Uint8Array,
  { passphrase, owner, name, pool }: ImportOptions,
): Promise<SeedSummary> {
  if (sealed.length > MAX_SEED_BYTES)
    throw new SeedError('not-an-export', 'this is too large to be an export of a seed')
  const { name: itsName, bundle } = parseExport(await openWithPassphrase(sealed, passphrase))
  const manifest = manifestOf(bundle.agent)
  assertBundle(bundle, manifest)
  const account = accountOf(manifest, bundle.files)
  const seed = await store.seeds.insert({
    owner,
    name: name ?? itsName,
    agent: bundle.agent,
    manifestVersion: bundle.manifestVersion,
    content: [renderBundle(bundle)],
    metadata: account ? { account: renderAccount(account) } : {},
    ...(pool !== undefined && { pool }),
  })
  return summarise(seed)
}

/** A line with the name as JSON, then the bundle. */
function parseExport(content: Uint8Array): { readonly name: string; readonly bundle: SeedBundle } {
  const end = content.subarray(0, 16 * MAX_NAME).indexOf(0x0a)
  try {
    const name: unknown = JSON.parse(Buffer.from(content.subarray(0, Math.max(0, end))).toString('utf8'))
    if (typeof name !== 'string') throw new TypeError('expected a name')
    return { name, bundle: parseSeedBundle(content.subarray(end + 1)) }
  } catch (error) {
    if (error instanceof SeedError) throw error
    throw new SeedError('damaged', 'the export has no name')
  }
}
