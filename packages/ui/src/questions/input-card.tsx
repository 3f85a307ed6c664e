import { useId, useState } from 'react'
import type { InputField, InputQuestion } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'
import { QuestionActions } from './question-actions.tsx'
import type { QuestionCardProps } from './question-panel.tsx'

/** What is chosen, and what is said instead. */
interface Given {
  readonly option?: string
  readonly words: string
}

const NOTHING: Given = { words: '' }

/** What the agent wants to know: one of its options each, or words of one's own. */
export function InputCard({ question, answering, onAnswer }: QuestionCardProps<InputQuestion>) {
  const [given, setGiven] = useState<Readonly<Record<string, Given>>>({})
  const answers = question.fields.map((field) => [field.id, answerOf(given[field.id] ?? NOTHING)] as const)
  const whole = answers.every(([, answer]) => answer !== undefined)
  return (
    <form
      className="x-question"
      onSubmit={(event) => {
        event.preventDefault()
        if (!whole) return
        const said = answers.map(([id, answer]) => [id, answer === undefined ? [] : [answer]] as const)
        onAnswer({ kind: 'input', answers: Object.fromEntries(said) })
      }}
    >
      {question.fields.map((field) => (
        <Field
          key={field.id}
          field={field}
          given={given[field.id] ?? NOTHING}
          onGive={(next) => setGiven((before) => ({ ...before, [field.id]: next }))}
        />
      ))}
      <QuestionActions
        answering={answering}
        onDecline={() => onAnswer({ kind: 'declined' })}
        decline="Say nothing"
      >
        <button type="submit" className="x-primary" aria-disabled={answering} disabled={!whole}>
          Answer
        </button>
      </QuestionActions>
    </form>
  )
}

interface FieldProps {
  readonly field: InputField
  readonly given: Given
  readonly onGive: (given: Given) => void
}

function Field({ field, given, onGive }: FieldProps) {
  const name = useId()
  const { header, text, options, allowsOther, secret } = field
  const free = options.length === 0
  return (
    <fieldset className="x-field">
      <legend>
        <span className="x-faint x-small">{revealHidden(header)}</span> {revealHidden(text)}
      </legend>
      {options.map(({ label, description }) => (
        <label key={label} className="x-option">
          <input
            type="radio"
            name={name}
            checked={given.option === label && given.words === ''}
            onChange={() => onGive({ option: label, words: '' })}
          />
          <span>
            {revealHidden(label)}
            {description !== '' && <span className="x-faint x-small"> {revealHidden(description)}</span>}
          </span>
        </label>
      ))}
      {(free || allowsOther) && (
        <input
          type={secret ? 'password' : 'text'}
          autoComplete="off"
          spellCheck={!secret}
          aria-label={free ? text : `Something else, for: ${text}`}
          placeholder={free ? '' : 'Something else'}
          value={given.words}
          onChange={(event) => onGive({ words: event.target.value })}
        />
      )}
    </fieldset>
  )
}

function answerOf({ option, words }: Given): string | undefined {
  if (words.trim() !== '') return words
  return option
}
