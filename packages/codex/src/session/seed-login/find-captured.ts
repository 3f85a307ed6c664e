import path from 'node:path'
import { SeedError, type Seeds, type SeedFiles, type SeedSummary } from '@x/agents/seeds'
import { HostError } from '@x/host'
import { codexSeedManifest } from '../../login/codex-seed-manifest.ts'
import type { LoginPlace } from '../../login/seed-login.ts'
import { AUTH } from './home-login.ts'

/**
 * The seed that was made of a session's typed login before, by a try that ended before the session knew: a second one of
 * the same refresh token would have two sessions spend it.
 */
export async function findCaptured(
  seeds: Seeds,
  owner: string,
  place: LoginPlace,
): Promise<SeedSummary | undefined> {
  const { taskId } = place
  const made = (await seeds.list({ owner })).filter(
    (seed) =>
      seed.agent === codexSeedManifest.agent &&
      seed.status === 'alive' &&
      (seed.name === taskId ||
        seed.sessions.includes(taskId) ||
        seed.lease?.holder.startsWith(`${taskId}/`) === true),
  )
  if (made.length === 0) return undefined
  const whose = identityOf(await filesIn(place))
  if (whose === undefined) return undefined
  for (const seed of made) if (identityOf(await readSeed(seeds, seed)) === whose) return seed
  return undefined
}

/** One that can't be read is none of ours. @throws StoreError */
async function readSeed(seeds: Seeds, seed: SeedSummary): Promise<SeedFiles> {
  try {
    return await seeds.read(seed)
  } catch (error) {
    if (error instanceof SeedError) return new Map()
    throw error
  }
}

/** `undefined` when nobody is logged in. */
function identityOf(files: SeedFiles): string | undefined {
  const auth = files.get(AUTH)
  const { check } = codexSeedManifest.files.find((file) => file.path === AUTH) ?? {}
  return auth === undefined || check?.(auth) ? undefined : codexSeedManifest.identity?.(files)
}

async function filesIn({ host, paths }: LoginPlace): Promise<SeedFiles> {
  try {
    const file = path.posix.join(paths.home, AUTH)
    return new Map([[AUTH, await host.files.read(file, { within: paths.home, maxBytes: 1024 * 1024 })]])
  } catch (error) {
    if (error instanceof HostError && ['not-found', 'not-a-directory'].includes(error.code)) return new Map()
    throw error
  }
}
