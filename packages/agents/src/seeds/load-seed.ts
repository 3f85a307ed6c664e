import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import type { SeedManifest } from './manifest.ts'
import { parseSeedBundle } from './parse-seed-bundle.ts'
import { assertUsable } from './read-home.ts'
import type { SeedBundle } from './seed-bundle.ts'
import { SeedError } from './seed-error.ts'

/** No login is larger; who stores more wants to fill a memory. */
export const MAX_SEED_BYTES = 64 * 1024 * 1024

/**
 * Reads a seed as one revision and checks it as if a stranger had written it.
 * @throws StoreError @throws SeedError `damaged`, `unsafe`, `newer-seed`, `unknown-agent`, `not-logged-in`, `half-written`
 */
export async function loadSeed(
  store: Store,
  manifest: SeedManifest,
  key: SeedKey,
): Promise<{ readonly seed: SeedRecord; readonly bundle: SeedBundle }> {
  const { seed, content } = await store.seeds.read(key)
  if (seed.bytes > MAX_SEED_BYTES) throw new SeedError('damaged', 'the seed is too large to be a login')
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  const bundle = parseSeedBundle(Buffer.concat(pieces))
  assertBundle(bundle, manifest)
  return { seed, bundle }
}

/** @throws SeedError `unknown-agent`, `newer-seed`, `unsafe`, and what `assertUsable` throws */
export function assertBundle(bundle: SeedBundle, manifest: SeedManifest): void {
  if (bundle.agent !== manifest.agent)
    throw new SeedError(
      'unknown-agent',
      `the seed is a login of ${bundle.agent.slice(0, 100)}, not of ${manifest.agent}`,
    )
  if (bundle.manifestVersion > manifest.version)
    throw new SeedError(
      'newer-seed',
      `the seed was made by version ${bundle.manifestVersion} of its manifest`,
    )
  const named = new Map(manifest.files.map((file) => [file.path, file]))
  for (const [path, bytes] of bundle.files) {
    const file = named.get(path)
    if (file) assertUsable(file, bytes)
    // An older manifest may have named what this one does not; that stays where it is.
    else if (bundle.manifestVersion === manifest.version)
      throw new SeedError('unsafe', 'the seed has a file that its manifest does not name', { file: path })
  }
  for (const { path, required } of manifest.files)
    if (required === true && !bundle.files.has(path))
      throw new SeedError('not-logged-in', `the seed has no ${path}`, { file: path })
}
