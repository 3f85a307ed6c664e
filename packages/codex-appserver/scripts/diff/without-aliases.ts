import type { Definitions, Schema } from '../schema-types.ts'

/** The same definitions with every reference to a mere primitive replaced by it: another name is no other type. */
export function withoutAliases(definitions: Definitions): Definitions {
  const replaced = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(replaced)
    if (typeof value !== 'object' || value === null) return value
    const { $ref } = value as Schema
    const name = typeof $ref === 'string' ? $ref.slice($ref.lastIndexOf('/') + 1) : undefined
    const type = name === undefined ? undefined : primitiveOf(definitions[name])
    if (type !== undefined) return { type }
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, replaced(inner)]))
  }
  return replaced(definitions) as Definitions
}

const PRIMITIVES: readonly unknown[] = ['string', 'number', 'integer', 'boolean', 'null']

function primitiveOf(schema: Schema | undefined): string | undefined {
  if (!schema || schema.enum || schema.oneOf || schema.anyOf || schema.allOf) return undefined
  return typeof schema.type === 'string' && PRIMITIVES.includes(schema.type) ? schema.type : undefined
}
