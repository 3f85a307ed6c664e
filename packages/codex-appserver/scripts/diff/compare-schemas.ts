import { isSameMember } from '../merge-definitions.ts'
import type { Schema } from '../schema-types.ts'

/** One difference between two versions of a type. */
export interface SchemaChange {
  readonly kind:
    | 'property-added'
    | 'property-removed'
    | 'became-required'
    | 'became-optional'
    | 'member-added'
    | 'member-removed'
    | 'type-changed'
  /** Where in the type: `.turns[].id`, `(agentMessage).text`; empty for the type itself. */
  readonly at: string
  /** What was added, removed, or changed into what. */
  readonly what: string
  /** For an added property: whether it must be there. For a changed type: what fits the new one. */
  readonly note?: 'required' | 'wider' | 'narrower'
}

/** What changed between two versions of one type, itself and what is written inside it; references are not followed. */
export function compareSchemas(before: Schema, after: Schema, at = ''): readonly SchemaChange[] {
  const older = unwrapped(before)
  const newer = unwrapped(after)
  if (older.properties || newer.properties) {
    const isSameKind = (older.properties && newer.properties) ?? (unionOf(older) && unionOf(newer))
    if (!isSameKind) return changedType(older, newer, at)
    return [...compareProperties(older, newer, at), ...compareUnions(older, newer, at)]
  }
  if (membersOf(older).length > 1 || membersOf(newer).length > 1) return compareUnions(older, newer, at)
  if (typeof older.items === 'object' && typeof newer.items === 'object')
    return compareSchemas(older.items, newer.items, `${at}[]`)
  if (typeof older.additionalProperties === 'object' && typeof newer.additionalProperties === 'object')
    return compareSchemas(older.additionalProperties, newer.additionalProperties, `${at}.*`)
  return changedType(older, newer, at)
}

function compareProperties(older: Schema, newer: Schema, at: string): readonly SchemaChange[] {
  const before = older.properties ?? {}
  const after = newer.properties ?? {}
  const wasRequired = (name: string): boolean => older.required?.includes(name) ?? false
  const isRequired = (name: string): boolean => newer.required?.includes(name) ?? false
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort()
  return names.flatMap((name): readonly SchemaChange[] => {
    const one = before[name]
    const other = after[name]
    if (one === undefined)
      return [{ kind: 'property-added', at, what: name, ...(isRequired(name) ? { note: 'required' } : {}) }]
    if (other === undefined) return [{ kind: 'property-removed', at, what: name }]
    const inside = compareSchemas(asSchema(one), asSchema(other), `${at}.${name}`)
    if (wasRequired(name) === isRequired(name)) return inside
    return [{ kind: isRequired(name) ? 'became-required' : 'became-optional', at, what: name }, ...inside]
  })
}

/** Members are told apart by what names them, so one that changed inside is not one less and one more. */
function compareUnions(older: Schema, newer: Schema, at: string): readonly SchemaChange[] {
  const before = membersOf(older)
  const after = membersOf(newer)
  const left = [...after]
  const changes = before.flatMap((member): readonly SchemaChange[] => {
    const index = left.findIndex((candidate) => isSameMember(candidate, member))
    const [found] = index === -1 ? [] : left.splice(index, 1)
    if (found) return compareSchemas(member, found, `${at}(${nameOf(member)})`)
    return [{ kind: 'member-removed', at, what: nameOf(member) }]
  })
  return [
    ...changes,
    ...left.map((member): SchemaChange => ({ kind: 'member-added', at, what: nameOf(member) })),
  ]
}

function changedType(older: Schema, newer: Schema, at: string): readonly SchemaChange[] {
  const before = typesOf(older)
  const after = typesOf(newer)
  const kept = before.filter((type) => after.includes(type)).length
  if (kept === before.length && kept === after.length) return []
  const note = kept === before.length ? 'wider' : kept === after.length ? 'narrower' : undefined
  const what = `${before.join(' | ')} -> ${after.join(' | ')}`
  return [{ kind: 'type-changed', at, what, ...(note ? { note } : {}) }]
}

/** The alternatives of a schema, one by one; a row of names or types counts as alternatives too. */
function membersOf(schema: Schema): readonly Schema[] {
  const members = schema.oneOf ?? schema.anyOf
  if (members)
    return members.flatMap((member) => (member.properties ? [member] : membersOf(unwrapped(member))))
  if (schema.properties) return []
  if (schema.enum) return schema.enum.map((value) => ({ type: typeof value, enum: [value] }))
  if (Array.isArray(schema.type)) return schema.type.map((type: string) => ({ ...schema, type }))
  return [schema]
}

function unionOf(schema: Schema): readonly Schema[] | undefined {
  return schema.oneOf ?? schema.anyOf
}

function nameOf(schema: Schema): string {
  const [only] = schema.enum ?? []
  if (only !== undefined) return JSON.stringify(only)
  for (const property of Object.values(schema.properties ?? {}))
    if (typeof property === 'object' && property.enum?.length === 1) return String(property.enum[0])
  if (schema.properties) return (schema.required ?? Object.keys(schema.properties)).join(',')
  return typesOf(schema).join(' | ')
}

function typesOf(schema: Schema): readonly string[] {
  if (schema.$ref) return [schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1)]
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value))
  const types = schema.type === undefined ? ['anything'] : [schema.type].flat()
  return types.map((type) => {
    if (type === 'array') return `(${typesOf(unwrapped(asSchema(schema.items ?? true))).join(' | ')})[]`
    return type === 'integer' ? 'number' : type
  })
}

function unwrapped(schema: Schema): Schema {
  const [only, ...more] = schema.allOf ?? []
  return only && more.length === 0 ? unwrapped(only) : schema
}

function asSchema(schema: Schema | boolean): Schema {
  return typeof schema === 'object' ? schema : {}
}
