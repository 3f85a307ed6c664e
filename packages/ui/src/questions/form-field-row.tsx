import type { ReactNode } from 'react'
import { useId } from 'react'
import type { FormField } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'
import type { FormDraft } from './form-values.ts'

type Value = FormDraft[string]

export interface FormFieldRowProps {
  readonly field: FormField
  readonly value: Value | undefined
  readonly onChange: (value: Value) => void
}

/** One field of a form, drawn by its type. */
export function FormFieldRow({ field, value, onChange }: FormFieldRowProps) {
  const name = useId()
  const { title, description, type, required } = field
  const words = `${revealHidden(title)}${required ? '' : ' (may stay empty)'}`
  const more = description !== undefined && description !== '' && (
    <span className="x-faint x-small">{revealHidden(description)}</span>
  )
  if (type === 'boolean')
    return (
      <label className="x-option x-field">
        <input
          type="checkbox"
          checked={value === true}
          onChange={(event) => onChange(event.target.checked)}
        />
        <span>
          {revealHidden(title)} {more}
        </span>
      </label>
    )
  if (type === 'choice' || type === 'choices')
    return (
      <fieldset className="x-field">
        <legend>
          {words} {more}
        </legend>
        <Options field={field} name={name} value={value} onChange={onChange} />
      </fieldset>
    )
  return (
    <label className="x-field">
      <span>
        {words} {more}
      </span>
      <input
        type="text"
        autoComplete="off"
        inputMode={type === 'text' ? 'text' : 'decimal'}
        value={typeof value === 'string' ? value : ''}
        onChange={(event) => onChange(event.target.value)}
      />
    </label>
  )
}

interface OptionsProps extends FormFieldRowProps {
  readonly name: string
}

function Options({ field, name, value, onChange }: OptionsProps): ReactNode {
  const many = field.type === 'choices'
  const chosen =
    typeof value === 'string' ? [value] : Array.isArray(value) ? (value as readonly string[]) : []
  return (field.options ?? []).map((option) => (
    <label key={option.value} className="x-option">
      <input
        type={many ? 'checkbox' : 'radio'}
        name={name}
        checked={chosen.includes(option.value)}
        onChange={(event) => {
          if (!many) onChange(option.value)
          else if (event.target.checked) onChange([...chosen, option.value])
          else onChange(chosen.filter((one) => one !== option.value))
        }}
      />
      {revealHidden(option.title)}
    </label>
  ))
}
