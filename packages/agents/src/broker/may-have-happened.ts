import type { SeedRefresh } from '../store/refresh.ts'

/** The store keeps one line of why a refresh came to nothing; it begins so when the provider may have done it. */
const BEGIN = 'it may have happened: '

/** The reason to store for an answer of which nobody knows what came before it. */
export function renderMayHaveHappened(reason: string): string {
  return `${BEGIN}${reason}`
}

/**
 * Whether the last refresh of a login may have been done by a provider that then failed to say so. Its token may be
 * spent, and whoever shows a spent one has the access tokens revoked that still work.
 */
export function mayHaveHappened({ state, reason = '' }: Pick<SeedRefresh, 'state' | 'reason'>): boolean {
  return state === 'idle' && reason.startsWith(BEGIN)
}
