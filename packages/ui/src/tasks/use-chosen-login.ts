import { useState } from 'react'
import type { SessionLogin } from '../connection/api.ts'
import type { Seed } from '../connection/parse-seeds.ts'
import { remember, remembered } from '../hooks/page-storage.ts'
import { needsLogin } from '../seeds/seed-state.ts'

const LOGIN = 'x:login'

/** Who may answer in a new conversation. */
export interface LoginChoices {
  readonly seeds: readonly Seed[]
  /** What answers when no login is chosen, in words; `null`: one has to be chosen. */
  readonly usual: string | null
}

/** Who answers in a new conversation, as this browser remembers it; undefined while nobody can. */
export function useChosenLogin(
  choices: LoginChoices | undefined,
): readonly [login: SessionLogin | undefined, choose: (login: SessionLogin) => void] {
  const [kept, keep] = useState(() => remembered(LOGIN))
  const choose = (login: SessionLogin): void => {
    const key = loginKey(login)
    keep(key)
    remember(LOGIN, key)
  }
  return [choices && chosenLogin(choices, kept), choose]
}

/** What was remembered, where it can still be had; else what usually answers, or the first seed that can. */
export function chosenLogin(
  { seeds, usual }: LoginChoices,
  kept: string | undefined,
): SessionLogin | undefined {
  const usable = seeds.filter((seed) => !needsLogin(seed))
  if (kept === 'in-terminal') return 'in-terminal'
  const seed = usable.find(({ id }) => kept === loginKey({ seedId: id }))
  if (seed) return { seedId: seed.id }
  if (usual !== null) return 'usual'
  return usable[0] && { seedId: usable[0].id }
}

/** As it is remembered, and as the value of an option. */
export function loginKey(login: SessionLogin): string {
  return typeof login === 'string' ? login : `seed ${login.seedId}`
}

export function parseLoginKey(key: string): SessionLogin {
  if (key === 'usual' || key === 'in-terminal') return key
  return { seedId: key.replace(/^seed /, '') }
}
