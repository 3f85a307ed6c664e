import type { ElicitationQuestion, FormField } from '@x/agents/conversation'
import type { ParamsOf, ResultOf } from '@x/codex-appserver'
import { boundText } from './bound-text.ts'

type Params = ParamsOf<'mcpServer/elicitation/request'>
type Values = Readonly<Record<string, string | number | boolean | readonly string[]>>
type Schema = Readonly<Record<string, unknown>>

/** A form that asks for more than this is none for a person. */
const MAX_FIELDS = 100
const MAX_OPTIONS = 1000
/** UTF-16 units of what a server says, and of one value. */
const MAX_WORDS = 4 * 1024
const MAX_VALUE = 64 * 1024

/** What is asked, in the words of every agent. */
export function elicitationAsk(params: Params): Pick<ElicitationQuestion, 'server' | 'message' | 'ask'> {
  const server = params.serverName
  switch (params.mode) {
    case 'form': {
      const message = boundText(params.message, MAX_WORDS)
      return { server, message, ask: { type: 'form', fields: formFields(params.requestedSchema) } }
    }
    case 'url': {
      const message = boundText(params.message, MAX_WORDS)
      const { url } = params
      // Other schemes run programs, or code in the page that shows them.
      return isWebAddress(url)
        ? { server, message, ask: { type: 'open', url } }
        : { server, message, ask: { type: 'form', fields: undefined } }
    }
    default: {
      // The forms of one maker's own clients: what stands in them is not known here.
      const { message, description }: { message?: unknown; description?: unknown } = params
      const said = [message, description].find((text): text is string => typeof text === 'string')
      return { server, message: boundText(said ?? '', MAX_WORDS), ask: { type: 'form', fields: undefined } }
    }
  }
}

/** What the server is told. `undefined` values decline. An answer that does not fit says in what, and never what was typed. */
export function elicitationAnswer(
  { ask }: Pick<ElicitationQuestion, 'ask'>,
  values: Values,
): ResultOf<'mcpServer/elicitation/request'> | { readonly misfit: string } {
  const given = isRecord(values) ? Object.entries(values) : undefined
  if (!given) return { misfit: 'expected values by the name of their field' }
  if (ask.type === 'open') {
    return given.length === 0 ? { action: 'accept' } : { misfit: 'an address to open takes no values' }
  }
  if (!ask.fields) return { misfit: 'this form can only be declined' }
  const byName = new Map(ask.fields.map((field) => [field.name, field]))
  for (const [name, value] of given) {
    const field = byName.get(name)
    if (!field) return { misfit: 'a value for a field that is not in the form' }
    if (!fits(field, value)) return { misfit: `the value of "${field.title}" does not fit` }
  }
  const missing = ask.fields.find(({ name, required }) => required && !Object.hasOwn(values, name))
  if (missing) return { misfit: `"${missing.title}" is required` }
  return { action: 'accept', content: Object.fromEntries(given) }
}

function isWebAddress(url: string): boolean {
  try {
    return ['http:', 'https:'].includes(new URL(url).protocol)
  } catch {
    return false
  }
}

/** `undefined` when there is one that can't be shown: a form with a hole in it would be answered wrongly. */
function formFields(schema: unknown): readonly FormField[] | undefined {
  if (!isRecord(schema) || !isRecord(schema['properties'])) return undefined
  const required = Array.isArray(schema['required']) ? schema['required'] : []
  const entries = Object.entries(schema['properties'])
  if (entries.length > MAX_FIELDS) return undefined
  const fields = entries.map(([name, property]) =>
    isRecord(property) ? formField(name, property, required.includes(name)) : undefined,
  )
  return fields.every((field) => field !== undefined) ? fields : undefined
}

function formField(name: string, schema: Schema, required: boolean): FormField | undefined {
  const shape = fieldShape(schema)
  if (!shape) return undefined
  const { title, description, default: preset } = schema
  const field = {
    name,
    title: typeof title === 'string' && title !== '' ? boundText(title, MAX_WORDS) : name,
    ...(typeof description === 'string' && { description: boundText(description, MAX_WORDS) }),
    required,
    ...shape,
  }
  return isValue(preset) && fits(field, preset) ? { ...field, default: preset } : field
}

function fieldShape(schema: Schema): Pick<FormField, 'type' | 'options'> | undefined {
  switch (schema['type']) {
    case 'number':
    case 'integer':
    case 'boolean':
      return { type: schema['type'] }
    case 'string': {
      const options = choices(schema)
      if (options === 'unreadable') return undefined
      return options ? { type: 'choice', options } : { type: 'text' }
    }
    case 'array': {
      const options = isRecord(schema['items']) ? choices(schema['items']) : undefined
      return options && options !== 'unreadable' ? { type: 'choices', options } : undefined
    }
    default:
      return undefined
  }
}

/** Both spellings: values with or without a list of their titles, and pairs of both. */
function choices(schema: Schema): FormField['options'] | 'unreadable' {
  const pairs = schema['oneOf'] ?? schema['anyOf']
  if (Array.isArray(pairs)) {
    const options = pairs.flatMap((pair: unknown) =>
      isRecord(pair) && typeof pair['const'] === 'string' ? [option(pair['const'], pair['title'])] : [],
    )
    return options.length === pairs.length && isShort(options) ? options : 'unreadable'
  }
  const values = schema['enum']
  if (values === undefined) return undefined
  if (!Array.isArray(values) || !values.every((value) => typeof value === 'string') || !isShort(values))
    return 'unreadable'
  const titles = Array.isArray(schema['enumNames']) ? schema['enumNames'] : []
  return values.map((value, n) => option(value, titles[n]))
}

function isShort(options: readonly unknown[]): boolean {
  return options.length > 0 && options.length <= MAX_OPTIONS
}

function option(value: string, title: unknown): { readonly value: string; readonly title: string } {
  return { value, title: typeof title === 'string' ? boundText(title, MAX_WORDS) : value }
}

function isValue(value: unknown): value is Values[string] {
  return (
    ['string', 'number', 'boolean'].includes(typeof value) ||
    (Array.isArray(value) && value.every((one) => typeof one === 'string'))
  )
}

function fits({ type, options = [] }: Pick<FormField, 'type' | 'options'>, value: unknown): boolean {
  const isOption = (one: unknown): boolean => options.some((known) => known.value === one)
  switch (type) {
    case 'text':
      return typeof value === 'string' && value.length <= MAX_VALUE
    case 'number':
      return typeof value === 'number' && Number.isFinite(value)
    case 'integer':
      return Number.isSafeInteger(value)
    case 'boolean':
      return typeof value === 'boolean'
    case 'choice':
      return isOption(value)
    case 'choices':
      return Array.isArray(value) && value.every(isOption) && new Set(value).size === value.length
  }
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
