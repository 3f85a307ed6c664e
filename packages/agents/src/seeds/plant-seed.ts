import path from 'node:path'
import { HostError, type Host } from '@x/host'
import type { SeedKey } from '../store/seed-record.ts'
import type { Store } from '../store/store.ts'
import { loadSeed } from './load-seed.ts'
import { maxBytesOf, type SeedFile, type SeedManifest } from './manifest.ts'
import { assertUsable, picked } from './read-home.ts'
import type { SeedBundle } from './seed-bundle.ts'
import { LeaseLostError, SeedError } from './seed-error.ts'

/** Where a login goes. */
export interface PlantOptions {
  readonly host: Host
  /** The agent's home on that host: absolute. Made when it is missing. */
  readonly home: string
  /** A lease of the seed; its key alone when no credential of it is planted, or when it may be shared. */
  readonly seed: SeedKey & { readonly fence?: number; readonly holder?: string }
  /** Files of the task by their path in the manifest: what they say goes over what the seed says. */
  readonly overlay?: Readonly<Record<string, Uint8Array>>
  readonly signal?: AbortSignal
}

/** What lies on the worker now. */
export interface PlantedSeed extends SeedKey {
  /** Of the content that was planted. */
  readonly revision: number
  /** Paths of what was written, relative to the home. */
  readonly files: readonly string[]
}

interface Plan {
  readonly file: SeedFile
  readonly bytes: Uint8Array
}

/**
 * Puts a stored login into an agent's home: listed files are written, each in one step, and nothing else is touched.
 * Credentials come last, and when one of them can't be written none of them stays.
 * @throws SeedError `needs-lease`, `unsafe`, `damaged`, `newer-seed`, `unknown-agent`, `not-logged-in`
 * @throws LeaseLostError when the lease is not the current one; HostError, StoreError
 */
export async function plantSeed(
  store: Store,
  manifest: SeedManifest,
  options: PlantOptions,
): Promise<PlantedSeed> {
  const { host, home, seed: key, overlay = {}, signal } = options
  if (!path.posix.isAbsolute(home)) throw new TypeError(`expected an absolute home, got ${home}`)
  for (const name of Object.keys(overlay))
    if (!manifest.files.some((file) => file.path === name))
      throw new TypeError(`expected overlays of files that the manifest names, got ${JSON.stringify(name)}`)
  signal?.throwIfAborted()
  const { seed, bundle } = await loadSeed(store, manifest, key)
  if (key.fence !== undefined && seed.lease?.fence !== key.fence)
    throw new LeaseLostError(seed.seedId, key.holder ?? `lease ${key.fence}`)
  const lying = manifest.files.filter((file) => mayPlant(file, bundle, overlay))
  if (key.fence === undefined) assertShareable(manifest, bundle, lying, overlay)
  await host.files.makeDirectory(home, { mode: 0o700 })
  const root = await host.files.realPath(home)
  const plans = []
  for (const file of inOrder(lying)) plans.push(await planOf(host, root, file, bundle, overlay))
  signal?.throwIfAborted()
  await write(host, root, plans)
  return {
    owner: seed.owner,
    seedId: seed.seedId,
    revision: seed.revision,
    files: lying.map((file) => file.path),
  }
}

function mayPlant(
  { path: name }: SeedFile,
  bundle: SeedBundle,
  overlay: PlantOptions['overlay'] = {},
): boolean {
  return bundle.files.has(name) || overlay[name] !== undefined
}

/** Without a lease nobody gets what works once: neither alone nor merged into something else. */
function assertShareable(
  manifest: SeedManifest,
  bundle: SeedBundle,
  lying: readonly SeedFile[],
  overlay: NonNullable<PlantOptions['overlay']>,
): void {
  const own = lying.filter((file) => {
    const isReplaced = overlay[file.path] !== undefined && (file.merge ?? 'replace') === 'replace'
    return file.kind === 'credential' && bundle.files.has(file.path) && !isReplaced
  })
  if (own.length === 0 || manifest.isShareable?.(bundle.files) === true) return
  throw new SeedError('needs-lease', `${own[0]?.path ?? ''} goes to a worker under a lease of the seed only`)
}

function inOrder(files: readonly SeedFile[]): readonly SeedFile[] {
  return [...files].sort(
    (one, other) => Number(one.kind === 'credential') - Number(other.kind === 'credential'),
  )
}

/** What will stand there: the home's, the seed's and the task's, each laid over the one before. */
async function planOf(
  host: Host,
  home: string,
  file: SeedFile,
  bundle: SeedBundle,
  overlay: NonNullable<PlantOptions['overlay']>,
): Promise<Plan> {
  const { merge = 'replace' } = file
  const stored = bundle.files.get(file.path)
  const ours = stored && file.kind === 'configuration' ? picked(file, stored) : stored
  const there = merge === 'replace' ? undefined : await present(host, home, file)
  const layers = [there, ours, overlay[file.path]].filter((layer) => layer !== undefined)
  const [first = new Uint8Array(), ...over] = merge === 'replace' ? layers.slice(-1) : layers
  const bytes = merge === 'replace' ? first : over.reduce(merge, first)
  assertUsable(file, bytes)
  return { file, bytes }
}

async function present(host: Host, home: string, file: SeedFile): Promise<Uint8Array | undefined> {
  try {
    return await host.files.read(path.posix.join(home, file.path), {
      within: home,
      maxBytes: maxBytesOf(file),
    })
  } catch (error) {
    if (error instanceof HostError && ['not-found', 'not-a-directory'].includes(error.code)) return undefined
    throw refusal(file, error)
  }
}

async function write(host: Host, home: string, plans: readonly Plan[]): Promise<void> {
  const credentials: string[] = []
  try {
    for (const { file, bytes } of plans) {
      const at = path.posix.join(home, file.path)
      await makeParents(host, home, file)
      if (file.kind === 'credential') credentials.push(at)
      await host.files
        .write(at, bytes, { within: home, mode: file.mode ?? 0o600 })
        .catch((error: unknown) => {
          throw refusal(file, error)
        })
    }
  } catch (error) {
    for (const at of credentials) await host.files.remove(at, { within: home }).catch(() => undefined)
    throw error
  }
}

/** Makes what is missing on the way, 0700, and follows no link out of the home. */
async function makeParents(host: Host, home: string, file: SeedFile): Promise<void> {
  const names = file.path.split('/').slice(0, -1)
  for (const [n] of names.entries()) {
    const at = path.posix.join(home, ...names.slice(0, n + 1))
    const found = await host.files.stat(at, { within: home }).catch((error: unknown) => {
      throw refusal(file, error)
    })
    if (!found) await host.files.makeDirectory(at, { mode: 0o700 })
    else if (found.type !== 'directory') await assertInside(host, home, at, file)
  }
}

async function assertInside(host: Host, home: string, at: string, file: SeedFile): Promise<void> {
  const real = await host.files.realPath(at).catch((error: unknown) => {
    const isDangling = error instanceof HostError && error.code === 'not-found'
    throw isDangling ? leadsOut(file, error) : refusal(file, error)
  })
  if (!real.startsWith(`${home}/`) || (await host.files.stat(real))?.type !== 'directory')
    throw leadsOut(file)
}

function refusal(file: SeedFile, error: unknown): unknown {
  const code = error instanceof HostError ? error.code : undefined
  return code === 'outside' || code === 'not-a-directory' ? leadsOut(file, error) : error
}

function leadsOut(file: SeedFile, cause?: unknown): SeedError {
  return new SeedError('unsafe', `${file.path} leads out of the home`, { file: file.path, cause })
}
