import type { SeedSummary } from '@x/agents/seeds'
import type { ListedSeed, SeedUser } from '@x/runner'

/** What a session of the list is called; `undefined` for what is none. */
export type TitleOf = (sessionId: string) => string | undefined

/** A seed as the page shows it. */
export function listedSeed(seed: SeedSummary, titleOf: TitleOf): ListedSeed {
  const { seedId, name, agent, status, refresh, account, createdAt, savedAt, verified } = seed
  const state = status === 'dead' ? 'dead' : refresh.state
  return {
    id: seedId,
    name,
    agent,
    state,
    createdAt,
    savedAt,
    users: usersOf(seed, titleOf),
    ...(account && { account }),
    ...(verified && { verified }),
    ...(refresh.reason !== undefined && { reason: refresh.reason }),
    ...(refresh.refreshedAt !== undefined && { refreshedAt: refresh.refreshedAt }),
  }
}

function usersOf({ sessions, lease }: SeedSummary, titleOf: TitleOf): readonly SeedUser[] {
  const brokered = sessions.map((session) => userOf(session, titleOf))
  if (!lease) return brokered
  const { holder, worker, since, state } = lease
  return [
    ...brokered,
    { ...userOf(holder, titleOf), worker, since, ...(state === 'quarantined' && { isLost: true }) },
  ]
}

/** The holder of a lease is the session's id and what makes this run of it unique. */
function userOf(holder: string, titleOf: TitleOf): SeedUser {
  const [sessionId = holder] = holder.split('/')
  const title = titleOf(sessionId)
  return title === undefined ? { name: sessionId } : { name: title, sessionId }
}
