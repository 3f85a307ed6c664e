import type { Definitions, Schema } from '../../scripts/schema-types.ts'

/** A value that fits a schema, and where in it each required property stands. */
export interface Sample {
  readonly value: unknown
  readonly required: readonly Path[]
}

export type Path = readonly (string | number)[]

/** Beyond it nothing optional is made; types that contain themselves do so through something optional or a list. */
const MAX_DEPTH = 6

/** Makes a value that fits the schema called `name`; the same one for the same `seed`. */
export function sampleOf(definitions: Definitions, name: string, seed: number): Sample {
  const required: Path[] = []
  const random = randomOf(seed)
  const value = make({ $ref: `#/definitions/${name}` }, [], 0, true)
  return { value, required }

  /** `named` is false below alternatives that nothing tells apart: there, what is missing cannot be known. */
  function make(schema: Schema | boolean, path: Path, depth: number, named: boolean): unknown {
    if (typeof schema === 'boolean') return pick([null, 1, 'x', [], {}])
    const inner = schema.$ref ? definitions[schema.$ref.slice('#/definitions/'.length)] : schema.allOf?.[0]
    if (inner) return make(inner, path, depth, named)
    if (schema.enum) return pick(schema.enum)
    const members = schema.oneOf ?? schema.anyOf
    if (schema.properties) return object(schema, members, path, depth, named)
    if (members) return make(pick(members), path, depth, named && areToldApart(members, definitions))
    switch (pick([schema.type ?? 'null'].flat())) {
      case 'string':
        return pick(['', 'text', 'ünïcode'])
      case 'integer':
      case 'number':
        return pick([0, 1, 2 ** 40])
      case 'boolean':
        return pick([true, false])
      case 'array':
        return list(depth).map((_, index) => make(schema.items ?? true, [...path, index], depth + 1, named))
      case 'object':
        return Object.fromEntries(
          list(depth).map((_, index) => {
            const key = `key${String(index)}`
            return [key, make(schema.additionalProperties ?? true, [...path, key], depth + 1, named)]
          }),
        )
      default:
        return null
    }
  }

  function object(
    schema: Schema,
    members: readonly Schema[] | undefined,
    path: Path,
    depth: number,
    named: boolean,
  ): object {
    const made: Record<string, unknown> = {}
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      const isRequired = schema.required?.includes(name) ?? false
      if (!isRequired && (depth >= MAX_DEPTH || random() < 0.5)) continue
      if (isRequired && named) required.push([...path, name])
      made[name] = make(property, [...path, name], depth + 1, named)
    }
    if (!members) return made
    const isTold = named && haveTags(members)
    return { ...made, ...(make(pick(members), path, depth, isTold) as object) }
  }

  function list(depth: number): readonly undefined[] {
    return Array.from({ length: depth >= MAX_DEPTH ? 0 : Math.floor(random() * 3) })
  }

  function pick<T>(values: readonly T[]): T {
    return values[Math.floor(random() * values.length)] as T
  }
}

/** Whether the objects of a union carry a name: a constant that all have, with another value each, or an only key. */
function areToldApart(members: readonly Schema[], definitions: Definitions): boolean {
  const objects = members.flatMap((member) => objectsOf(member, definitions))
  if (objects.length <= 1) return true
  if (members.some(({ $ref }) => $ref)) return false
  if (objects.every((each) => Object.keys(each.properties ?? {}).length === 1 && each.required?.length === 1))
    return true
  return haveTags(objects)
}

function haveTags(objects: readonly Schema[]): boolean {
  return Object.keys(objects[0]?.properties ?? {}).some((name) => {
    const values = objects.map(({ properties }) => {
      const property = properties?.[name]
      return typeof property === 'object' && property.enum?.length === 1 ? property.enum[0] : undefined
    })
    return !values.includes(undefined) && new Set(values).size === values.length
  })
}

function objectsOf(schema: Schema, definitions: Definitions): readonly Schema[] {
  const inner = schema.$ref ? definitions[schema.$ref.slice('#/definitions/'.length)] : undefined
  if (inner) return objectsOf(inner, definitions)
  if (schema.properties) return [schema]
  return (schema.oneOf ?? schema.anyOf ?? []).flatMap((member) => objectsOf(member, definitions))
}

/** A small generator of numbers in [0, 1), for the same samples from the same seed. */
function randomOf(seed: number): () => number {
  let state = (seed ^ 0x9e3779b9) >>> 0
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
}
