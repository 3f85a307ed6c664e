import { useId, useState } from 'react'
import type { Fault } from '@x/agents/conversation'
import { FaultNote, faultOf } from '../app/fault-note.tsx'
import type { SessionLogin } from '../connection/api.ts'
import { LoginSelect } from './login-select.tsx'
import { useChosenLogin } from './use-chosen-login.ts'
import type { LoginChoices } from './use-chosen-login.ts'

export interface NewSessionProps {
  /** Where a conversation works when nothing is said; `null` is a fresh empty directory. */
  readonly defaultDirectory: string | null
  /** Who may answer in it; undefined where nothing can be chosen. */
  readonly logins?: LoginChoices | undefined
  /** Starts one and goes there. */
  readonly onCreate: (directory: string | null, login?: SessionLogin) => Promise<void>
}

/** Starts a conversation: at once where it usually works, or in a directory that is named. */
export function NewSession({ defaultDirectory, logins, onCreate }: NewSessionProps) {
  const [login, chooseLogin] = useChosenLogin(logins)
  const [choosing, setChoosing] = useState(false)
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const formId = useId()
  const create = async (where: string | null): Promise<void> => {
    setBusy(true)
    setFault(undefined)
    try {
      await onCreate(where, login)
      setChoosing(false)
    } catch (error) {
      setFault(faultOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="x-new-session">
      <div className="x-actions">
        <button
          type="button"
          className="x-primary"
          disabled={busy || (logins !== undefined && login === undefined)}
          title={`Works in ${defaultDirectory ?? 'a fresh empty directory'}`}
          onClick={() => void create(defaultDirectory)}
        >
          New conversation
        </button>
        <button
          type="button"
          className="x-quiet"
          aria-expanded={choosing}
          aria-controls={formId}
          onClick={() => setChoosing(!choosing)}
        >
          Directory…
        </button>
      </div>
      {logins && <LoginSelect choices={logins} chosen={login} onChoose={chooseLogin} />}
      {choosing && <DirectoryForm id={formId} busy={busy} onChoose={(where) => void create(where)} />}
      {fault && <FaultNote fault={fault} />}
    </div>
  )
}

interface DirectoryFormProps {
  readonly id: string
  readonly busy: boolean
  readonly onChoose: (directory: string | null) => void
}

function DirectoryForm({ id, busy, onChoose }: DirectoryFormProps) {
  const [directory, setDirectory] = useState('')
  return (
    <form
      id={id}
      onSubmit={(event) => {
        event.preventDefault()
        onChoose(directory.trim() === '' ? null : directory.trim())
      }}
    >
      <label>
        Directory
        <input
          className="x-mono"
          value={directory}
          autoFocus
          spellCheck={false}
          placeholder="empty: a fresh one"
          onChange={(event) => setDirectory(event.target.value)}
        />
      </label>
      <button type="submit" disabled={busy}>
        Start here
      </button>
    </form>
  )
}
