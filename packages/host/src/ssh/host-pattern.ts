import { createGlob } from '../glob.ts'

/** One pattern with `*` and `?`. Brackets are no set here: they are part of the name in front of a port. */
export function matchesPattern(pattern: string, name: string): boolean {
  return createGlob(pattern.replace(/[[\]\\]/g, '\\$&'))(name)
}

/** Any of the patterns, and none of those that begin with `!`, wherever they stand. */
export function matchesAnyPattern(patterns: readonly string[], name: string): boolean {
  let isNamed = false
  for (const pattern of patterns) {
    const isNegated = pattern.startsWith('!')
    if (!matchesPattern(isNegated ? pattern.slice(1) : pattern, name)) continue
    if (isNegated) return false
    isNamed = true
  }
  return isNamed
}
