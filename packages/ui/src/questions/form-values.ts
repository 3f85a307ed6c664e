import type { FormField, QuestionAnswer } from '@x/agents/conversation'

/** What stands in a form while it is filled in: text for what is typed, whatever it is to become. */
export type FormDraft = Readonly<Record<string, string | boolean | readonly string[]>>

type Values = Extract<QuestionAnswer, { kind: 'elicitation' }>['values']

/** What stands in a form at first. */
export function startOf(fields: readonly FormField[]): FormDraft {
  return Object.fromEntries(fields.map((field) => [field.name, startValue(field)]))
}

function startValue({ type, default: given }: FormField): string | boolean | readonly string[] {
  if (type === 'boolean') return given === true
  if (type === 'choices') return Array.isArray(given) ? (given as readonly string[]) : []
  return typeof given === 'string' || typeof given === 'number' ? String(given) : ''
}

/** The answer that a form makes, and the titles of those fields that stand in its way. */
export function readForm(
  fields: readonly FormField[],
  draft: FormDraft,
): { readonly values: Values; readonly missing: readonly string[] } {
  const values: [string, Values[string]][] = []
  const missing: string[] = []
  for (const field of fields) {
    const value = readValue(field, draft[field.name])
    if (value === 'bad' || (value === undefined && field.required)) missing.push(field.title)
    else if (value !== undefined) values.push([field.name, value.is])
  }
  return { values: Object.fromEntries(values), missing }
}

function readValue(
  { type, required }: FormField,
  value: FormDraft[string] | undefined,
): { readonly is: Values[string] } | 'bad' | undefined {
  if (typeof value === 'boolean') return { is: value }
  if (typeof value !== 'string') return value && (value.length > 0 || !required) ? { is: value } : undefined
  if (value.trim() === '') return undefined
  if (type !== 'number' && type !== 'integer') return { is: value }
  const number = Number(value)
  return Number.isFinite(number) && (type === 'number' || Number.isInteger(number)) ? { is: number } : 'bad'
}
