import type { HostFacts } from '../host.ts'

/** Our environment as it is now: the base of what `exec` gives to a program. */
export function baseEnvironment(): Record<string, string | undefined> {
  return { ...process.env }
}

/** The part of our environment that `HostFacts` tells. */
export function environmentFacts(): HostFacts['env'] {
  const names = ['PATH', 'LANG', 'XDG_STATE_HOME', 'XDG_CACHE_HOME'] as const
  const found: Partial<Record<(typeof names)[number], string>> = {}
  for (const name of names) {
    const value = process.env[name]
    if (value !== undefined) found[name] = value
  }
  return found
}
