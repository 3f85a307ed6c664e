import type { Shape, ShapeFields } from './shape.ts'

/**
 * Says what is wrong with a value: `undefined` for nothing, else the path of the offence and what was expected, as
 * in `.turns[2].id: expected string, got null`. It never quotes a value, nor a key that the peer chose.
 */
export type Check = (value: unknown) => string | undefined

/** A check behind its JSON types: most values are of a type that needs no call. */
interface Rule {
  /** Types that are fine as they are, as bits. */
  readonly fine: number
  /** For the values of other types; absent where there are none. */
  readonly rest?: Check
  readonly expected: string
}

interface Field {
  readonly name: string
  readonly required: boolean
  readonly rule: Rule
}

/** In the order of the bits. */
const TYPES: readonly (readonly [letter: string, name: string])[] = [
  ['s', 'string'],
  ['n', 'number'],
  ['b', 'boolean'],
  ['0', 'null'],
  ['o', 'object'],
  ['a', 'array'],
]
const STRING = 1
const NOTHING = 0
const ANYTHING = 0b111111

/**
 * Turns a shape into a function. What it refers to by name is turned on first use, through `named`.
 * @throws TypeError for a text that is no shape.
 */
export function compileShape(shape: Shape, named: (name: string) => Check): Check {
  return checkOf(ruleOf(shape, named))
}

function checkOf(rule: Rule): Check {
  const { fine, rest } = rule
  if (fine === 0 && rest) return rest
  return (value) => ((typeBit(value) & fine) === 0 ? offence(rule, value) : undefined)
}

/** For a value that is of none of the fine types. */
function offence({ rest, expected }: Rule, value: unknown): string | undefined {
  return rest ? rest(value) : `: expected ${expected}, got ${typeName(value)}`
}

function ruleOf(shape: Shape, named: (name: string) => Check): Rule {
  if (typeof shape === 'string') return textRule(shape, named)
  if (!isRow(shape)) return { fine: 0, rest: fieldsCheck(shape, named), expected: 'object' }
  const [text, second, variants] = shape as readonly [string, Shape, ShapeFields?]
  if (variants) return { ...textRule(text, named), rest: variantsCheck(second as string, variants, named) }
  const inner = ruleOf(second, named)
  const bracket = text.at(-1)
  if (bracket !== '[' && bracket !== '{') return { ...textRule(text, named), rest: checkOf(inner) }
  return { ...textRule(text.slice(0, -1), named), rest: elementsCheck(bracket, inner) }
}

function textRule(text: string, named: (name: string) => Check): Rule {
  const end = text.search(/[#[{]/)
  const letters = end === -1 ? text : text.slice(0, end)
  const rule = lettersRule(letters)
  if (end === -1) return rule
  const rest = text.slice(end + 1)
  if (text[end] === '#') return { ...rule, rest: lazily(() => named(rest)) }
  return { ...rule, rest: elementsCheck(text[end] === '[' ? '[' : '{', textRule(rest, named)) }
}

function lettersRule(letters: string): Rule {
  if (letters === '*') return { fine: ANYTHING, expected: 'a value' }
  const known = TYPES.filter(([letter]) => letters.includes(letter))
  if (known.length !== letters.length) throw new TypeError(`expected letters of JSON types, got ${letters}`)
  const fine = known.reduce((bits, [letter]) => bits | bitOf(letter), 0)
  return { fine, expected: known.map(([, name]) => name).join(' or ') }
}

function lazily(make: () => Check): Check {
  let check: Check | undefined
  return (value) => (check ??= make())(value)
}

function fieldsCheck(shape: ShapeFields, named: (name: string) => Check): Check {
  const fields = Object.entries(shape).map(([key, property]): Field => {
    const required = !key.endsWith('?')
    return { name: required ? key : key.slice(0, -1), required, rule: ruleOf(property, named) }
  })
  return (value) => {
    if (!isObject(value)) return `: expected object, got ${typeName(value)}`
    for (const field of fields) {
      const property = value[field.name]
      // Texts are most of what comes, so they are looked at first.
      const bit = typeof property === 'string' ? STRING : typeBit(property)
      if ((bit & field.rule.fine) !== 0 || (bit === NOTHING && !field.required)) continue
      const issue = offence(field.rule, property)
      if (issue !== undefined) return `.${field.name}${issue}`
    }
    return undefined
  }
}

function elementsCheck(bracket: '[' | '{', rule: Rule): Check {
  const check = checkOf(rule)
  if (bracket === '{')
    return (value) => {
      if (!isObject(value)) return `: expected object, got ${typeName(value)}`
      for (const key in value) {
        const issue = check(value[key])
        if (issue !== undefined) return `.*${issue}`
      }
      return undefined
    }
  return (value) => {
    if (!Array.isArray(value)) return `: expected array, got ${typeName(value)}`
    for (let index = 0; index < value.length; index += 1) {
      const issue = check(value[index])
      if (issue !== undefined) return `[${String(index)}]${issue}`
    }
    return undefined
  }
}

function variantsCheck(tag: string, shapes: ShapeFields, named: (name: string) => Check): Check {
  const variants = new Map(
    Object.entries(shapes).map(([name, shape]) => [name, lazily(() => compileShape(shape, named))] as const),
  )
  return (value) => {
    if (!isObject(value)) return `: expected object, got ${typeName(value)}`
    if (tag !== '') {
      const name = value[tag]
      if (typeof name !== 'string') return `.${tag}: expected string, got ${typeName(name)}`
      return variants.get(name)?.(value)
    }
    const [key] = Object.keys(value)
    if (key === undefined) return ': expected an object with one key, got none'
    const issue = variants.get(key)?.(value[key])
    return issue === undefined ? undefined : `.${key}${issue}`
  }
}

function typeBit(value: unknown): number {
  switch (typeof value) {
    case 'string':
      return STRING
    case 'number':
      return 2
    case 'boolean':
      return 4
    case 'object':
      if (value === null) return 8
      return Array.isArray(value) ? 32 : 16
    default:
      return NOTHING
  }
}

function bitOf(letter: string): number {
  return 1 << TYPES.findIndex(([known]) => known === letter)
}

function typeName(value: unknown): string {
  const bit = typeBit(value)
  return TYPES.find((_, index) => 1 << index === bit)?.[1] ?? 'nothing'
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** `Array.isArray` does not tell readonly rows from objects. */
function isRow(shape: Shape): shape is Extract<Shape, readonly unknown[]> {
  return Array.isArray(shape)
}
