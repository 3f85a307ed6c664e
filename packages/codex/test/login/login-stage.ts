import { mkdir, realpath } from 'node:fs/promises'
import path from 'node:path'
import { createSeeds, type Seeds } from '@x/agents/seeds'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory, type Store } from '@x/agents/store'
import {
  codexBinary,
  openLoginIssuer,
  privateDirectory,
  processesOf,
  type CODEX_VERSIONS,
  type LoginIssuerFixture,
} from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { codexSeedManifest } from '../../src/login/codex-seed-manifest.ts'
import type { LoginAttempt } from '../../src/login/login-attempt.ts'
import { startLogin, type StartLoginOptions } from '../../src/login/start-login.ts'

export const OWNER = 'ada'

/** A store, a host and a place where one logs in. Disposing ends them; attempts are the caller's. */
export interface LoginStage extends AsyncDisposable {
  readonly root: string
  readonly stateDir: string
  readonly host: Host
  readonly store: Store
  readonly seeds: Seeds
  readonly issuer: LoginIssuerFixture
  start(options?: Partial<StartLoginOptions>): Promise<LoginAttempt>
  /** What attempts have left: processes, and names in the directory of their homes. */
  left(): Promise<readonly string[]>
  /** The files that lie in a seed. */
  textOf(seedId: string): Promise<string>
}

export async function openLoginStage(version: (typeof CODEX_VERSIONS)[number]): Promise<LoginStage> {
  const directory = await privateDirectory()
  const root = await realpath(directory.path)
  const stateDir = path.join(root, 'state')
  await mkdir(stateDir)
  const host = await openLocalHost()
  const keys = openKeyDirectory({ path: path.join(root, 'keys') })
  const store = await openSqliteStore({ path: path.join(root, 'store', 'store.sqlite'), keys })
  const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
  const issuer = await openLoginIssuer()
  return {
    root,
    stateDir,
    host,
    store,
    seeds,
    issuer,
    start: (options = {}) =>
      startLogin({
        host,
        seeds,
        owner: OWNER,
        method: { type: 'device-code' },
        issuer: issuer.url,
        version,
        binary: codexBinary(version),
        stateDir,
        ...options,
      }),
    async left() {
      const homes = await host.files.list(path.join(stateDir, 'logins')).catch(() => [])
      return [...homes, ...processesOf(stateDir).map(({ command }) => command)]
    },
    async textOf(seedId) {
      const { content } = await store.seeds.read({ owner: OWNER, seedId })
      const pieces: Uint8Array[] = []
      for await (const piece of content) pieces.push(piece)
      return Buffer.concat(pieces).toString()
    },
    async [Symbol.asyncDispose]() {
      await host.close()
      await store[Symbol.asyncDispose]()
      await issuer[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
