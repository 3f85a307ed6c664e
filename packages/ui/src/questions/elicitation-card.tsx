import { useState } from 'react'
import type { ElicitationQuestion, FormField } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'
import { FormFieldRow } from './form-field-row.tsx'
import { readForm, startOf } from './form-values.ts'
import type { FormDraft } from './form-values.ts'
import { QuestionActions } from './question-actions.tsx'
import type { QuestionCardProps } from './question-panel.tsx'
import { webAddress } from './web-address.ts'

/** What a tool's server asks through the agent. It is named as who asks: its words are its own. */
export function ElicitationCard(props: QuestionCardProps<ElicitationQuestion>) {
  const { server, message, ask } = props.question
  return (
    <>
      <p>
        <strong>{revealHidden(server)}</strong>{' '}
        <span className="x-faint">(a server, not the agent) says:</span>
      </p>
      {message !== '' && <p className="x-reason">{revealHidden(message)}</p>}
      {ask.type === 'open' ? (
        <OpenAddress {...props} url={ask.url} />
      ) : ask.fields === undefined ? (
        <>
          <p className="x-faint">It wants a form filled in that can’t be shown here.</p>
          <Decline {...props} />
        </>
      ) : (
        <Form {...props} fields={ask.fields} />
      )}
    </>
  )
}

function Decline({ answering, onAnswer }: QuestionCardProps<ElicitationQuestion>) {
  return (
    <QuestionActions answering={answering} onDecline={() => onAnswer({ kind: 'declined' })}>
      {null}
    </QuestionActions>
  )
}

/** Nothing is opened but by the person's own click, and only where the whole address was seen. */
function OpenAddress(props: QuestionCardProps<ElicitationQuestion> & { readonly url: string }) {
  const { url, answering, onAnswer } = props
  const address = webAddress(url)
  if (!address)
    return (
      <>
        <p className="x-faint">
          It wants an address opened that is not one of the web: <code>{revealHidden(url)}</code>
        </p>
        <Decline {...props} />
      </>
    )
  return (
    <>
      <pre className="x-command">{address.href}</pre>
      <QuestionActions answering={answering} onDecline={() => onAnswer({ kind: 'declined' })}>
        <a className="x-button" href={address.href} target="_blank" rel="noopener noreferrer">
          Open {address.host}
        </a>
        <button
          type="button"
          className="x-primary"
          aria-disabled={answering}
          onClick={() => onAnswer({ kind: 'elicitation', values: {} })}
        >
          Done there
        </button>
      </QuestionActions>
    </>
  )
}

function Form(props: QuestionCardProps<ElicitationQuestion> & { readonly fields: readonly FormField[] }) {
  const { fields, answering, onAnswer } = props
  const [draft, setDraft] = useState<FormDraft>(() => startOf(fields))
  const { values, missing } = readForm(fields, draft)
  return (
    <form
      className="x-question"
      onSubmit={(event) => {
        event.preventDefault()
        if (missing.length === 0) onAnswer({ kind: 'elicitation', values })
      }}
    >
      {fields.map((field) => (
        <FormFieldRow
          key={field.name}
          field={field}
          value={draft[field.name]}
          onChange={(value) => setDraft((before) => ({ ...before, [field.name]: value }))}
        />
      ))}
      {missing.length > 0 && (
        <p className="x-faint x-small">Still needed: {missing.map(revealHidden).join(', ')}</p>
      )}
      <QuestionActions answering={answering} onDecline={() => onAnswer({ kind: 'declined' })}>
        <button type="submit" className="x-primary" aria-disabled={answering} disabled={missing.length > 0}>
          Send
        </button>
      </QuestionActions>
    </form>
  )
}
