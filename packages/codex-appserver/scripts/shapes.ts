import type { Shape } from '../src/validate/shape.ts'
import type { Definitions, Schema } from './schema-types.ts'

/**
 * What a schema says about values that arrive, without what a newer peer may change: no names of enumerations, no
 * closed objects, no closed unions. At most one kind of array and one kind of object is told apart.
 */
interface Loose {
  /** JSON types that need no further look, as letters of `Shape`. */
  letters: string
  /** Values that are none of `letters` fit this. */
  rest?: Exclude<Shape, string> | `#${string}` | `[${string}` | `{${string}`
}

const LETTERS: Readonly<Record<string, string>> = {
  string: 's',
  number: 'n',
  integer: 'n',
  boolean: 'b',
  null: '0',
  object: 'o',
  array: 'a',
}

/** Builds shapes; every definition that they refer to by name is in `named` afterwards. */
export class ShapeBuilder {
  readonly named = new Map<string, Shape>()
  readonly #definitions: Definitions

  constructor(definitions: Definitions) {
    this.#definitions = definitions
  }

  /** `#Name`, or the letters of a definition that is nothing but a primitive. */
  refer(name: string): Shape {
    return emit(this.#reference(name))
  }

  #reference(name: string): Loose {
    const known = this.named.get(name)
    if (known === undefined) {
      const schema = this.#definitions[name]
      if (!schema) throw new Error(`a reference to ${name}, which is not defined`)
      // Stands there while it is built, for definitions that contain themselves.
      this.named.set(name, '*')
      const loose = this.#loose(schema)
      const shape = emit(loose)
      if (isLetters(shape)) this.named.delete(name)
      else this.named.set(name, shape)
      if (isLetters(shape)) return { letters: shape }
    }
    return { letters: '', rest: `#${name}` }
  }

  #loose(schema: Schema | boolean | undefined): Loose {
    if (typeof schema !== 'object') return { letters: '*' }
    if (schema.$ref) return this.#reference(schema.$ref.slice(schema.$ref.lastIndexOf('/') + 1))
    if (schema.allOf?.length === 1) return this.#loose(schema.allOf[0])
    if (schema.enum) return { letters: unite(schema.enum.map(letterOf)) }
    if (schema.properties) return withLetters(nullOf(schema), this.#objectWithAlternatives(schema))
    const members = schema.oneOf ?? schema.anyOf
    if (members) return this.#union(members)
    const types = [schema.type ?? []].flat()
    if (types.length === 0) return { letters: '*' }
    const others = unite(
      types.filter((type) => type !== 'object' && type !== 'array').map((type) => LETTERS[type] ?? '*'),
    )
    if (types.includes('array')) return withLetters(others, container('[', this.#loose(schema.items)))
    if (types.includes('object'))
      return withLetters(others, container('{', this.#loose(schema.additionalProperties)))
    return { letters: others }
  }

  /** What the alternatives of an object share stands beside them. Where nothing tells them apart it is all there is. */
  #objectWithAlternatives(schema: Schema): Loose {
    const members = schema.oneOf ?? []
    const tag = tagOf(members)
    if (tag === undefined) return this.#object(schema)
    return this.#tagged(
      tag,
      members.map((member) => ({
        ...member,
        properties: { ...schema.properties, ...member.properties },
        required: [...(schema.required ?? []), ...(member.required ?? [])],
      })),
    )
  }

  #object(schema: Schema, leaveOut?: string): Loose {
    const fields: Record<string, Shape> = {}
    for (const [name, property] of Object.entries(schema.properties ?? {})) {
      if (name === leaveOut) continue
      const required = schema.required?.includes(name) ?? false
      const shape = emit(this.#loose(property))
      if (required || shape !== '*') fields[required ? name : `${name}?`] = shape
    }
    return Object.keys(fields).length === 0 ? { letters: 'o' } : { letters: '', rest: fields }
  }

  #union(schemas: readonly Schema[]): Loose {
    const members = schemas.flatMap((schema) => this.#flat(schema))
    const objects = members.filter(({ properties }) => properties)
    const others = members.filter(({ properties }) => !properties).map((member) => this.#loose(member))
    if (objects.length > 0) others.push(this.#alternatives(objects))
    const letters = unite(others.map((each) => each.letters))
    const rests = others.flatMap(({ rest }) => (rest === undefined ? [] : [rest]))
    if (letters.includes('*')) return { letters: '*' }
    if (rests.length <= 1) return { letters, ...(rests[0] === undefined ? {} : { rest: rests[0] }) }
    // Several kinds without a name: only their JSON types are told apart.
    return { letters: unite([letters, ...rests.map((rest) => this.#typesOf(rest))]) }
  }

  /** Members of a union within a union count as its own, also behind a reference. */
  #flat(schema: Schema): readonly Schema[] {
    const inner = schema.properties ? undefined : (schema.oneOf ?? schema.anyOf)
    return inner ? inner.flatMap((member) => this.#flat(member)) : [schema]
  }

  #alternatives(objects: readonly Schema[]): Loose {
    const [first] = objects
    if (objects.length === 1 && first && !tagsOf(first).length) return this.#object(first)
    const tag = tagOf(objects)
    if (tag !== undefined) return this.#tagged(tag, objects)
    if (objects.every(isKeyed)) return this.#keyed(objects)
    return { letters: 'o' }
  }

  #tagged(tag: string, objects: readonly Schema[]): Loose {
    const variants: Record<string, Shape> = {}
    for (const member of objects) {
      const property = member.properties?.[tag]
      const value = String(typeof property === 'object' ? property.enum?.[0] : undefined)
      const shape = emit(this.#object(member, tag))
      variants[value] = variants[value] === undefined ? shape : 'o'
    }
    return { letters: '', rest: ['', tag, variants] }
  }

  #keyed(objects: readonly Schema[]): Loose {
    const variants: Record<string, Shape> = {}
    for (const member of objects) {
      for (const [name, property] of Object.entries(member.properties ?? {}))
        variants[name] = variants[name] === undefined ? emit(this.#loose(property)) : '*'
    }
    return { letters: '', rest: ['', '', variants] }
  }

  #typesOf(shape: Shape): string {
    if (typeof shape === 'string') {
      const hash = shape.indexOf('#')
      if (hash !== -1)
        return shape.slice(0, hash) + this.#typesOf(this.named.get(shape.slice(hash + 1)) ?? '*')
      return shape.replace(/\[.*/, 'a').replace(/\{.*/, 'o')
    }
    if (!isRow(shape)) return 'o'
    const [prefix] = shape
    return shape.length === 3 ? `${prefix}o` : prefix.replace('[', 'a').replace('{', 'o')
  }
}

function emit({ letters, rest }: Loose): Shape {
  if (letters.includes('*')) return '*'
  if (rest === undefined) return letters
  if (typeof rest === 'string') return `${letters}${rest}`
  if (!isRow(rest)) return letters === '' ? rest : [letters, rest]
  const prefix = `${letters}${rest[0]}`
  return rest.length === 3 ? [prefix, rest[1], rest[2]] : [prefix, rest[1]]
}

function container(bracket: '[' | '{', inner: Loose): Loose {
  const shape = emit(inner)
  if (shape === '*') return { letters: bracket === '[' ? 'a' : 'o' }
  if (typeof shape === 'string') return { letters: '', rest: `${bracket}${shape}` as `[${string}` }
  return { letters: '', rest: [bracket, shape] }
}

function withLetters(letters: string, { letters: own, rest }: Loose): Loose {
  return { letters: unite([letters, own]), ...(rest === undefined ? {} : { rest }) }
}

function unite(letters: readonly string[]): string {
  const all = new Set(letters.join(''))
  return all.has('*') ? '*' : [...all].sort().join('')
}

function letterOf(value: unknown): string {
  return value === null ? '0' : (LETTERS[typeof value] ?? '*')
}

function nullOf({ type }: Schema): string {
  return Array.isArray(type) && type.includes('null') ? '0' : ''
}

/** `Array.isArray` does not tell readonly rows from objects. */
function isRow<T extends Shape>(shape: T): shape is Extract<T, readonly unknown[]> {
  return Array.isArray(shape)
}

function isLetters(shape: Shape): shape is string {
  return typeof shape === 'string' && /^[a-z0*]*$/.test(shape)
}

/** The property whose text says which of `members` an object is. */
function tagOf(members: readonly Schema[]): string | undefined {
  return tagsOf(members[0]).find((name) => members.every((member) => tagsOf(member).includes(name)))
}

/** The required properties of an object that can have one text only. */
function tagsOf(schema: Schema | undefined): readonly string[] {
  return (schema?.required ?? []).filter((name) => {
    const property = schema?.properties?.[name]
    return typeof property === 'object' && property.enum?.length === 1 && typeof property.enum[0] === 'string'
  })
}

/** `{ custom: ... }`: the one key says which alternative it is. */
function isKeyed({ properties = {}, required = [] }: Schema): boolean {
  return Object.keys(properties).length === 1 && required.length === 1
}
