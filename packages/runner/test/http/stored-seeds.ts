import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createSeeds, type SeedManifest, type Seeds, type SeedSummary } from '@x/agents/seeds'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory, type Store } from '@x/agents/store'
// eslint-disable-next-line x/layers -- a test's login lies on a machine
import { openLocalHost } from '@x/host'
import { LoginRefusedError } from '../../src/errors.ts'
import type { ListedLogin, ListedSeed, LoginRequest, SeedDirectory } from '../../src/seed-directory.ts'

const OWNER = 'ada'

/** A login is a key in a file; the provider knows those that begin with `good`. */
const MANIFEST: SeedManifest = {
  agent: 'test',
  version: 1,
  files: [{ path: 'login.txt', kind: 'credential', required: true }],
  isShareable: () => true,
  account: () => ({ method: 'api-key', email: 'ada@example.com' }),
  verify: async (files) => {
    const key = Buffer.from(files.get('login.txt') ?? []).toString()
    if (key.startsWith('good')) return { type: 'alive' }
    return key.startsWith('bad')
      ? { type: 'dead', proof: 'the provider does not know this key' }
      : { type: 'inconclusive', reason: 'the provider is too busy' }
  },
}

/** A real store of logins behind the port. */
export class StoredSeeds implements SeedDirectory {
  readonly store: Store
  readonly seeds: Seeds
  /** What people have asked to log in with. */
  readonly asked: LoginRequest[] = []
  /** Who is logging in. */
  loggingIn: readonly ListedLogin[] = []
  private readonly listeners = new Set<() => void>()
  private readonly home: string
  private known: readonly ListedSeed[] = []

  constructor(store: Store, home: string) {
    this.store = store
    this.seeds = createSeeds({ store, manifests: [MANIFEST] })
    this.home = home
  }

  /** Captures a login from the home of an agent. */
  async capture(key: string, name: string): Promise<ListedSeed> {
    await using host = await openLocalHost()
    await writeFile(path.join(this.home, 'login.txt'), key, { mode: 0o600 })
    const { seedId } = await this.seeds.capture({ host, home: this.home, owner: OWNER, name, agent: 'test' })
    await this.look()
    return this.listed(seedId)
  }

  /** A session that has the login; `undefined` gives it back. */
  async lease(id: string, holder: string) {
    const lease = await this.seeds.acquire({ owner: OWNER, of: { seedId: id }, holder, worker: 'here' })
    await this.look()
    return lease
  }

  list() {
    return this.known
  }

  logins() {
    return this.loggingIn
  }

  onChange(listener: () => void): Disposable {
    this.listeners.add(listener)
    return { [Symbol.dispose]: () => void this.listeners.delete(listener) }
  }

  async rename(id: string, name: string) {
    await this.seeds.rename(keyOf(id), name)
    await this.look()
  }

  async verify(id: string, options: { readonly signal: AbortSignal }) {
    const verdict = await this.seeds.verify(keyOf(id), options)
    await this.look()
    return verdict
  }

  async delete(id: string) {
    await this.seeds.delete(keyOf(id))
    await this.look()
  }

  async export(id: string, options: { readonly passphrase: string }) {
    return this.seeds.export(keyOf(id), options)
  }

  async import(sealed: Uint8Array, options: { readonly passphrase: string; readonly name?: string }) {
    const { seedId } = await this.seeds.import(sealed, { ...options, owner: OWNER })
    await this.look()
    return this.listed(seedId)
  }

  async logIn(request: LoginRequest) {
    if (this.loggingIn.length > 0)
      throw new LoginRefusedError('somebody is logging in', { remedy: 'Cancel that first.' })
    this.asked.push(request)
    const login: ListedLogin = {
      id: 'l1',
      method: request.method,
      status: { state: 'starting', doing: 'Asking' },
    }
    this.loggingIn = [login]
    this.changed()
    return login
  }

  async endLogin(id: string) {
    const known = this.loggingIn.some((login) => login.id === id)
    this.loggingIn = this.loggingIn.filter((login) => login.id !== id)
    this.changed()
    return known
  }

  changed(): void {
    for (const listener of this.listeners) listener()
  }

  async look(): Promise<void> {
    this.known = (await this.seeds.list({ owner: OWNER })).map(seedOf)
    this.changed()
  }

  private listed(id: string): ListedSeed {
    const seed = this.known.find((one) => one.id === id)
    if (!seed) throw new Error(`expected a seed ${id}`)
    return seed
  }
}

/** A store of its own; disposing removes it. */
export async function openStoredSeeds(): Promise<{ readonly seeds: StoredSeeds } & AsyncDisposable> {
  const directory = await mkdtemp(path.join(tmpdir(), 'seeds-'))
  await mkdir(path.join(directory, 'home'))
  const store = await openSqliteStore({
    path: path.join(directory, 'store/x.sqlite'),
    keys: openKeyDirectory({ path: path.join(directory, 'keys') }),
  })
  return {
    seeds: new StoredSeeds(store, path.join(directory, 'home')),
    async [Symbol.asyncDispose]() {
      await store.close()
      await rm(directory, { recursive: true })
    },
  }
}

function keyOf(seedId: string) {
  return { owner: OWNER, seedId }
}

function seedOf(seed: SeedSummary): ListedSeed {
  const { seedId, name, agent, createdAt, savedAt, account, verified, lease, status, refresh } = seed
  return {
    id: seedId,
    name,
    agent,
    state: status === 'dead' ? 'dead' : refresh.state,
    createdAt,
    savedAt,
    users: lease ? [{ name: `The session ${lease.holder}`, worker: lease.worker, since: lease.since }] : [],
    ...(account && { account }),
    ...(verified && { verified }),
  }
}
