import type { Seed, SeedVerdict } from '../connection/parse-seeds.ts'
import type { MarkKind } from '../theme/mark.tsx'

/** The mark and the word for how a login stands. */
export function seedState({ state, users }: Seed): { readonly mark: MarkKind; readonly word: string } {
  switch (state) {
    case 'dead':
      return { mark: 'failed', word: 'refused for good' }
    case 'unknown':
      return { mark: 'asking', word: 'log in again' }
    case 'refreshing':
      return { mark: 'running', word: 'renewing' }
    case 'idle':
      if (users.some(({ isLost }) => isLost)) return { mark: 'waiting', word: 'held back' }
      return users.length > 0 ? { mark: 'done', word: 'in use' } : { mark: 'idle', word: 'ready' }
  }
}

/** Whether only a new login helps. */
export function needsLogin({ state }: Seed): boolean {
  return state === 'dead' || state === 'unknown'
}

/** Why it can't be used, as a sentence; undefined when nothing is wrong. */
export function seedTrouble({ state, reason, users }: Seed): string | undefined {
  const said = reason === undefined ? '' : ` (${reason})`
  if (state === 'dead') return `The provider has refused this login for good${said}.`
  if (state === 'unknown')
    return `A renewal was cut off, and nobody knows whether its token is spent${said}. Nobody tries it again.`
  const lost = users.find(({ isLost }) => isLost)
  if (lost)
    return `${lost.name} went away without giving this login back. Resume it and end it, then the login is free.`
  return reason === undefined ? undefined : `It could not be renewed last time${said}; it is tried again.`
}

/** What a check has found, as a sentence. */
export function verdictWords({ verdict, detail }: SeedVerdict): string {
  const said = detail === undefined ? '' : `: ${detail}`
  switch (verdict) {
    case 'alive':
      return 'The login works.'
    case 'dead':
      return `The login does not work any more${said}.`
    case 'inconclusive':
      return `Nobody can say whether the login works${said}.`
  }
}

/** How one has logged in. */
export function methodWords(method: string): string {
  if (method === 'chatgpt') return 'ChatGPT'
  return method === 'api-key' ? 'API key' : method
}
