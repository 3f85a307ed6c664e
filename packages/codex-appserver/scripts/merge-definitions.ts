import { isDeepStrictEqual } from 'node:util'
import type { Definitions, Schema } from './schema-types.ts'

/**
 * The union of two dumps: a value that either version sends fits the merged type.
 * A property stays required only where both versions require it; where they disagree about prose, `newer` speaks.
 */
export function mergeDefinitions(older: Definitions, newer: Definitions): Definitions {
  const merged: Record<string, Schema> = { ...older }
  for (const [name, schema] of Object.entries(newer)) {
    const before = older[name]
    merged[name] = before ? mergeSchemas(before, schema) : schema
  }
  return merged
}

/** Adds what `manual` declares: new definitions, further properties, further members. Nothing of `base` is changed. */
export function extendDefinitions(base: Definitions, manual: Definitions): Definitions {
  const extended: Record<string, Schema> = { ...base }
  for (const [name, schema] of Object.entries(manual)) {
    const before = base[name]
    extended[name] = before
      ? {
          ...before,
          ...(schema.properties ? { properties: { ...schema.properties, ...before.properties } } : {}),
          ...(schema.oneOf ? { oneOf: [...(before.oneOf ?? []), ...schema.oneOf] } : {}),
        }
      : schema
  }
  return extended
}

function mergeSchemas(older: Schema, newer: Schema): Schema {
  if (isDeepStrictEqual(withoutProse(older), withoutProse(newer))) return newer
  if (newer.properties && older.properties) return mergeObjects(older, newer)
  // What all members of a union share stands beside it, and may have come or gone with a version.
  if ((newer.properties ?? older.properties) && newer.oneOf && older.oneOf) return mergeObjects(older, newer)
  const olderMembers = membersOf(older)
  const newerMembers = membersOf(newer)
  const {
    oneOf: _oneOf,
    anyOf: _anyOf,
    enum: _enum,
    type: _type,
    $ref: _ref,
    allOf: _allOf,
    ...prose
  } = newer
  return { ...proseOf(prose), oneOf: mergeMembers(olderMembers, newerMembers) }
}

function mergeObjects(older: Schema, newer: Schema): Schema {
  const properties: Record<string, Schema | boolean> = { ...older.properties }
  for (const [name, schema] of Object.entries(newer.properties ?? {})) {
    const before = older.properties?.[name]
    properties[name] =
      typeof before === 'object' && typeof schema === 'object' ? mergeSchemas(before, schema) : schema
  }
  const required = (newer.required ?? []).filter((name) => older.required?.includes(name))
  const oneOf = mergeAlternatives(older, newer)
  return { ...newer, properties, required, ...(oneOf ? { oneOf } : {}) }
}

/** The alternatives that stand in an object beside what they share. */
function mergeAlternatives(older: Schema, newer: Schema): readonly Schema[] | undefined {
  if (older.oneOf && newer.oneOf) return mergeMembers(older.oneOf, newer.oneOf)
  if (newer.oneOf) return newer.oneOf.map((member) => relaxMember(member, older))
  return older.oneOf?.map((member) => relaxMember(member, newer))
}

/** In the version that has `plain` there are no alternatives, so its values must fit the one that they are most like. */
function relaxMember(member: Schema, plain: Schema): Schema {
  const properties = Object.entries(member.properties ?? {}).map(([name, schema]) => {
    const other = plain.properties?.[name]
    const isTag = typeof schema === 'object' && schema.enum?.length === 1
    if (isTag || typeof schema !== 'object' || typeof other !== 'object') return [name, schema] as const
    return [name, mergeSchemas(other, schema)] as const
  })
  const required = (member.required ?? []).filter((name) => plain.required?.includes(name))
  return { ...member, properties: Object.fromEntries(properties), required }
}

function mergeMembers(older: readonly Schema[], newer: readonly Schema[]): Schema[] {
  const merged = [...newer]
  for (const member of older) {
    const index = merged.findIndex((candidate) => isSameMember(candidate, member))
    const found = merged[index]
    if (found) merged[index] = mergeSchemas(member, found)
    else merged.push(member)
  }
  return merged
}

/** Whether two members of unions are the same alternative, perhaps of different versions. */
export function isSameMember(one: Schema, other: Schema): boolean {
  if (isDeepStrictEqual(withoutProse(one), withoutProse(other))) return true
  const tag = tagOf(one)
  return tag !== undefined && tag === tagOf(other)
}

/** What tells a member of a union from its neighbours: the constant of `type`, `method`, or its only required key. */
function tagOf(schema: Schema): string | undefined {
  for (const key of ['method', 'type', 'kind', 'mode']) {
    const property = schema.properties?.[key]
    if (typeof property === 'object' && property.enum?.length === 1)
      return `${key}=${String(property.enum[0])}`
  }
  return schema.required?.length === 1 ? `has ${String(schema.required[0])}` : undefined
}

function membersOf(schema: Schema): readonly Schema[] {
  const members = schema.oneOf ?? schema.anyOf
  if (members) return members.flatMap((member) => (member.enum ? membersOf(member) : [member]))
  if (schema.enum)
    return schema.enum.map((value) => ({ ...proseOf(schema), type: typeof value, enum: [value] }))
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ ...schema, type }))
  const { description: _description, title: _title, default: _default, $schema: _schema, ...bare } = schema
  return [bare]
}

function proseOf(schema: Schema): Schema {
  return {
    ...(schema.description === undefined ? {} : { description: schema.description }),
    ...(schema.title === undefined ? {} : { title: schema.title }),
    ...(schema.experimental ? { experimental: true } : {}),
  }
}

const PROSE: readonly string[] = [
  'description',
  'title',
  '$schema',
  'default',
  'format',
  'minimum',
  'experimental',
]

function withoutProse(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutProse)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(schema as Schema).filter(([key]) => !PROSE.includes(key))
  return Object.fromEntries(kept.map(([key, value]) => [key, comparable(key, value)]))
}

function comparable(key: string, value: unknown): unknown {
  if (key === 'required') return [...(value as string[])].sort()
  if (key !== 'properties') return withoutProse(value)
  // Below `properties` the keys are names of the protocol, among them `title` and `description`.
  return Object.fromEntries(
    Object.entries(value as object).map(([name, property]) => [name, withoutProse(property)]),
  )
}
