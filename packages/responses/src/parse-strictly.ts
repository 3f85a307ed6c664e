import { z } from 'zod'

/** An object with these keys and no others; the error about another key names the one that may have been meant. */
export function strict<S extends Readonly<Record<string, z.ZodType>>>(shape: S) {
  const known = Object.keys(shape)
  return z.strictObject(shape, {
    error: (issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => unknownKey(key, known)).join(', ')
        : 'expected an object',
  })
}

/** Picks the schema by which of the keys an object has, so that an error is about that kind and not about all of them. */
export function chooseByKey(
  kinds: Readonly<Record<string, z.ZodObject | z.ZodDiscriminatedUnion>>,
): z.ZodType {
  return z.unknown().transform((value, context): unknown => {
    const chosen = choose(kinds, value)
    if (typeof chosen === 'string') {
      context.issues.push({ code: 'custom', message: chosen, input: value })
      return z.NEVER
    }
    const result = chosen.safeParse(value)
    if (result.success) return result.data
    for (const { message, path } of result.error.issues)
      context.issues.push({ code: 'custom', message, path: [...path], input: value })
    return z.NEVER
  })
}

function choose<S extends z.ZodType>(kinds: Readonly<Record<string, S>>, value: unknown): S | string {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'expected an object'
  const keys = Object.keys(value)
  const found = keys.filter((key) => key in kinds)
  const [name] = found
  if (name === undefined) {
    const [key] = keys
    return key === undefined
      ? `expected one of ${Object.keys(kinds).join(', ')}`
      : unknownKey(key, Object.keys(kinds))
  }
  // A key may name a kind and be an option of another.
  const fitting = found.find((key) => found.every((other) => other === key || hasKey(kinds[key], other)))
  return fitting === undefined ? `${found.join(' and ')} do not go together` : (kinds[fitting] as S)
}

function hasKey(schema: z.ZodType | undefined, key: string): boolean {
  return schema instanceof z.ZodObject && key in schema.shape
}

function unknownKey(key: string, known: readonly string[]): string {
  const nearest = known
    .map((name) => ({ name, distance: distance(key.toLowerCase(), name.toLowerCase()) }))
    .sort((left, right) => left.distance - right.distance)[0]
  const isNear = nearest !== undefined && nearest.distance <= Math.max(2, Math.floor(key.length / 3))
  return `unknown key "${key}"; ${isNear ? `did you mean "${nearest.name}"?` : `known are ${known.join(', ')}`}`
}

/** How many letters have to be added, taken away or changed, two swapped neighbours counting as two. */
function distance(left: string, right: string): number {
  let row = Array.from({ length: right.length + 1 }, (_, index) => index)
  for (const [line, letter] of Array.from(left).entries()) {
    const next = [line + 1]
    for (let column = 1; column <= right.length; column += 1) {
      const change = (row[column - 1] ?? 0) + (letter === right[column - 1] ? 0 : 1)
      next.push(Math.min(change, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[right.length] ?? 0
}
