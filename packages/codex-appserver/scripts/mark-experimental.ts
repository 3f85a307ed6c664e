import { isSameMember } from './merge-definitions.ts'
import type { Definitions, Schema } from './schema-types.ts'

/**
 * The experimental dump of a version, with a mark on each definition, property and union member that the stable
 * dump of the same version lacks.
 */
export function markExperimental(stable: Definitions, experimental: Definitions): Definitions {
  return Object.fromEntries(
    Object.entries(experimental).map(([name, schema]) => [name, marked(stable[name], schema)]),
  )
}

function marked(stable: Schema | boolean | undefined, experimental: Schema): Schema {
  if (stable === undefined) return { ...experimental, experimental: true }
  if (typeof stable === 'boolean') return experimental
  const { properties, oneOf, anyOf, items, additionalProperties } = experimental
  return {
    ...experimental,
    ...(properties ? { properties: markedProperties(stable.properties ?? {}, properties) } : {}),
    ...(oneOf ? { oneOf: oneOf.map((member) => marked(memberLike(stable.oneOf, member), member)) } : {}),
    ...(anyOf ? { anyOf: anyOf.map((member) => marked(memberLike(stable.anyOf, member), member)) } : {}),
    ...(typeof items === 'object' ? { items: marked(stable.items ?? true, items) } : {}),
    ...(typeof additionalProperties === 'object'
      ? { additionalProperties: marked(stable.additionalProperties ?? true, additionalProperties) }
      : {}),
  }
}

function markedProperties(
  stable: NonNullable<Schema['properties']>,
  experimental: NonNullable<Schema['properties']>,
): NonNullable<Schema['properties']> {
  return Object.fromEntries(
    Object.entries(experimental).map(([name, schema]) => {
      if (typeof schema === 'object') return [name, marked(stable[name], schema)]
      // `true` is the schema of anything; an object says the same and can carry the mark.
      return [name, stable[name] === undefined ? marked(undefined, {}) : schema]
    }),
  )
}

/** The stable member that `member` grew from; an enumeration that got longer is no new member. */
function memberLike(members: readonly Schema[] | undefined, member: Schema): Schema | boolean | undefined {
  if (member.enum ?? member.$ref) return true
  return members?.find((candidate) => isSameMember(candidate, member))
}
