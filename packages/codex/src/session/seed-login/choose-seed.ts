import type { SeedSummary, Seeds } from '@x/agents/seeds'
import { SessionError } from '../../errors.ts'
import type { LoginMode, SeedWish } from '../../login/seed-login.ts'

const AGENT = 'codex'
const LOG_IN = 'Log in again for this login.'

export interface ChosenSeed {
  readonly seed: SeedSummary
  readonly mode: LoginMode
}

/**
 * The seed for a session, and how it is used. Of a pool it is the one that the fewest sessions use.
 * @throws SessionError `login` when there is none; StoreError `not-found`
 */
export async function chooseSeed(
  seeds: Seeds,
  owner: string,
  wish: SeedWish,
  mode: LoginMode | undefined,
): Promise<ChosenSeed> {
  if ('seedId' in wish) {
    const seed = await seeds.get({ owner, seedId: wish.seedId })
    const flaw = flawOf(seed)
    if (flaw) throw flaw
    return { seed, mode: mode ?? modeOf(seed) }
  }
  const all = await seeds.list({ owner, pool: wish.pool, agent: AGENT })
  const usable = all.filter((seed) => !flawOf(seed) && (seed.lease === undefined || isApiKey(seed)))
  const [best] = usable.sort((one, other) => one.sessions.length - other.sessions.length)
  if (best) return { seed: best, mode: mode ?? modeOf(best) }
  const why = all.length === 0 ? 'there is none' : `none of ${all.length} is free and alive`
  throw new SessionError('login', `no login of the pool ${JSON.stringify(wish.pool)} can be used: ${why}`, {
    remedy: 'Log in, or choose another login.',
  })
}

function modeOf(seed: SeedSummary): LoginMode {
  return isApiKey(seed) ? 'planted' : 'brokered'
}

function isApiKey({ account }: SeedSummary): boolean {
  return account?.method === 'api-key'
}

/** Why a session can't begin with it. What is unknown may have an access token that is good for a while, and is refused all the same. */
function flawOf({ name, agent, status, deletedAt, refresh }: SeedSummary): SessionError | undefined {
  const what = `the login ${JSON.stringify(name)}`
  if (agent !== AGENT) return new SessionError('login', `${what} is one of ${agent}, not of Codex`)
  if (deletedAt !== undefined)
    return new SessionError('login', `${what} was deleted`, { remedy: 'Restore it, or choose another one.' })
  if (status === 'dead' || refresh.state === 'dead') {
    const why = refresh.reason === undefined ? '' : `: ${refresh.reason}`
    return new SessionError('login', `${what} is no good any more${why}`, { remedy: LOG_IN })
  }
  if (refresh.state === 'unknown')
    return new SessionError('login', `nobody knows whether ${what} is still good`, { remedy: LOG_IN })
  return undefined
}
