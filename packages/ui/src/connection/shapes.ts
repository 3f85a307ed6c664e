/** What was parsed from JSON and is an object. */
export type Fields = Readonly<Record<string, unknown>>

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

export function hasStrings(value: unknown, ...names: readonly string[]): value is Fields {
  return isFields(value) && names.every((name) => typeof value[name] === 'string')
}

/** The same for finite numbers. */
export function hasNumbers(value: unknown, ...names: readonly string[]): value is Fields {
  return isFields(value) && names.every((name) => Number.isFinite(value[name]))
}

export function isListOf(value: unknown, is: (one: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is)
}

export function isString(value: unknown): value is string {
  return typeof value === 'string'
}

export function isOneOf(value: unknown, ...known: readonly string[]): boolean {
  return known.includes(value as string)
}

/** Absent, or what it should be. */
export function isMaybe(value: unknown, is: (one: unknown) => boolean): boolean {
  return value === undefined || is(value)
}

/** The object without those of the optional fields that are not what they should be: they only adorn. */
export function withoutBad(
  value: Fields,
  optional: Readonly<Record<string, (one: unknown) => boolean>>,
): Fields {
  const bad = Object.keys(optional).filter((name) => !isMaybe(value[name], optional[name] ?? isString))
  if (bad.length === 0) return value
  return Object.fromEntries(Object.entries(value).filter(([name]) => !bad.includes(name)))
}

/** All or nothing: a list with a hole would be told as if it were whole. */
export function parseAll<T>(
  value: unknown,
  parse: (one: unknown) => T | undefined,
): readonly T[] | undefined {
  if (!Array.isArray(value)) return undefined
  const parsed: T[] = []
  for (const one of value) {
    const made = parse(one)
    if (made === undefined) return undefined
    parsed.push(made)
  }
  return parsed
}
