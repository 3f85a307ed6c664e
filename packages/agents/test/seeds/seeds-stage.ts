import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { createSeeds, type Seeds } from '../../src/seeds/create-seeds.ts'
import type { SeedManifest } from '../../src/seeds/manifest.ts'
import type { Store } from '../../src/store/store.ts'
import { openSqliteStage } from '../sqlite/sqlite-stage.ts'
import { LOGIN, loginManifest, loginText, type TestLogin } from './login-manifest.ts'

export interface SeedsStage extends AsyncDisposable {
  readonly store: Store
  readonly seeds: Seeds
  readonly host: Host
  readonly backdate: (ms: number) => Promise<void>
  /** A fresh directory on the host, which need not be there yet. */
  readonly homeOf: (name: string) => string
  /** Writes a file below a home, as an agent would. */
  readonly put: (home: string, file: string, text: string) => Promise<void>
  readonly putLogin: (home: string, login: TestLogin) => Promise<void>
}

/** A real store and a real host for one case. */
export async function openSeedsStage(
  manifest: SeedManifest = loginManifest(),
  wrap: (store: Store) => Store = (store) => store,
): Promise<SeedsStage> {
  const directory = await privateDirectory()
  const stage = await openSqliteStage()
  const host = await openLocalHost()
  const store = wrap(stage.store)
  const put = async (home: string, file: string, text: string): Promise<void> => {
    await mkdir(path.dirname(path.join(home, file)), { recursive: true, mode: 0o700 })
    await writeFile(path.join(home, file), text)
  }
  return {
    store,
    seeds: createSeeds({ store, manifests: [manifest] }),
    host,
    backdate: stage.backdate,
    homeOf: (name) => path.join(directory.path, name),
    put,
    putLogin: (home, login) => put(home, LOGIN, loginText(login)),
    async [Symbol.asyncDispose]() {
      await host.close()
      await stage[Symbol.asyncDispose]()
      await directory[Symbol.asyncDispose]()
    },
  }
}
