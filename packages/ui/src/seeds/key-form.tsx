import { useState } from 'react'

export interface KeyFormProps {
  readonly busy: boolean
  readonly onKey: (key: string) => void
  readonly onClose: () => void
}

/** Asks for an API key. It is sent once, and stands nowhere on the page afterwards. */
export function KeyForm({ busy, onKey, onClose }: KeyFormProps) {
  const [key, setKey] = useState('')
  return (
    <form
      className="x-seed-form"
      onSubmit={(event) => {
        event.preventDefault()
        onKey(key.trim())
        setKey('')
      }}
    >
      <label>
        API key
        <input
          type="password"
          autoComplete="off"
          spellCheck={false}
          autoFocus
          required
          value={key}
          onChange={(event) => setKey(event.target.value)}
        />
      </label>
      <div className="x-actions">
        <button type="submit" className="x-primary" disabled={busy || key.trim() === ''}>
          Store this key
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
    </form>
  )
}
