import type { Host } from '@x/host'
import { createSeeds, type SeedManifest } from '@x/agents/seeds'
import type { Store } from '@x/agents/store'

/** Runs an agent with one of the team's logins, and saves what its login has become. */
export async function lendLogin(store: Store, manifest: SeedManifest, host: Host, run: Run) {
  const seeds = createSeeds({ store, manifests: [manifest] })
  const of = { pool: 'team' }
  const lease = await seeds.acquire({ owner: 'ada', of, holder: 'run 1', worker: host.name })
  const home = `${host.facts.home}/run-1`
  await seeds.plant({ host, home, seed: lease })
  await using watch = await seeds.watch({ host, home, lease })
  await run(home)
  return await watch.close()
}

type Run = (home: string) => Promise<void>
