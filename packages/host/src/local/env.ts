import type { EnvironmentOptions } from '../environment.ts'
import { createGlob } from '../glob.ts'
import type { HostFacts } from '../host.ts'

/** What a program of ours gets, made from our environment as it is now. */
export function programEnvironment(options: EnvironmentOptions): Record<string, string> {
  const { env = {}, cleanEnv = false, envRemove = [], secretEnv = {} } = options
  const removed = envRemove.map((pattern) => createGlob(pattern))
  const base = Object.entries(cleanEnv ? {} : process.env).filter(
    ([name]) => !removed.some((matches) => matches(name)),
  )
  const all = Object.entries({ ...Object.fromEntries(base), ...env, ...secretEnv })
  return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined))
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
