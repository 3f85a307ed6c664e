import { compile, type JSONSchema } from 'json-schema-to-typescript'
import { METHOD_UNIONS, type Definitions, type Schema } from './schema-types.ts'

/** A remark that the renderer adds to every definition. */
const REFERENCED_BY =
  / \*(?:\n \*)? This interface was referenced by `ProtocolRoot`'s JSON-Schema\n \* via the `definition` "\w+"\.\n/g

/** Renders every definition as an exported type under exactly its own name. */
export async function renderProtocol(definitions: Definitions): Promise<string> {
  const unions: readonly string[] = METHOD_UNIONS
  const named = Object.entries(definitions)
    .filter(([name]) => !unions.includes(name))
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, schema]) => [name, plain(schema)] as const)
  const root = { type: 'object', properties: {}, definitions: Object.fromEntries(named) }
  const text = await compile(root as unknown as JSONSchema, 'ProtocolRoot', {
    additionalProperties: false,
    bannerComment: '',
    customName: (_schema, definitionName) => definitionName,
    format: false,
    unknownAny: true,
    unreachableDefinitions: true,
  })
  return text
    .replace(/export interface ProtocolRoot \{\s*\}\n/, '')
    .replaceAll(REFERENCED_BY, '')
    .replaceAll(/\/\*\*\s*\*\/\n/g, '')
}

const IGNORED: readonly string[] = ['title', '$schema', 'default', 'experimental']

const EXPERIMENTAL = '@experimental Only with `capabilities.experimentalApi`.'

/**
 * Titles would become type names of their own, and a default beside a lone reference an intersection with its
 * primitive: neither is a fact about the type.
 */
function plain(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(plain)
  if (typeof schema !== 'object' || schema === null) return schema
  const kept = Object.entries(splitObjectFromUnion(withRemark(schema as Schema))).filter(
    ([key]) => !IGNORED.includes(key),
  )
  return Object.fromEntries(
    kept.map(([key, value]) => [key, key === 'properties' ? plainProperties(value) : plain(value)]),
  )
}

/** Says in words what the mark says. Words beside a reference are not rendered, words around it are. */
function withRemark(schema: Schema): Schema {
  if (!schema.experimental) return schema
  const { experimental: _experimental, description, ...rest } = schema
  const remark = description === undefined ? EXPERIMENTAL : `${description}\n\n${EXPERIMENTAL}`
  return rest.$ref === undefined
    ? { ...rest, description: remark }
    : { description: remark, allOf: [{ $ref: rest.$ref }] }
}

/** An object that is also a union loses one of both in the renderer; as an explicit intersection it keeps both. */
function splitObjectFromUnion(schema: Schema): Schema {
  const { properties, oneOf, required, description } = schema
  if (!properties || !oneOf) return schema
  const object: Schema = { type: 'object', properties, ...(required ? { required } : {}) }
  return { ...(description === undefined ? {} : { description }), allOf: [object, { oneOf }] }
}

/** Below `properties` the keys are names of the protocol, among them `title`. */
function plainProperties(properties: unknown): unknown {
  return Object.fromEntries(
    Object.entries(properties as object).map(([name, schema]) => [name, plain(schema)]),
  )
}
