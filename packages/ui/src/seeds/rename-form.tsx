import { useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import { useTask } from './use-task.ts'

export interface RenameFormProps {
  readonly name: string
  readonly onRename: (name: string) => Promise<void>
  readonly onClose: () => void
}

/** The name as a field, in its place: Enter keeps what is written, Esc what was. */
export function RenameForm({ name, onRename, onClose }: RenameFormProps) {
  const [text, setText] = useState(name)
  const { busy, fault, run } = useTask()
  const rename = async (): Promise<void> => {
    const next = text.trim()
    if (next === '' || next === name || (await run(() => onRename(next)))) onClose()
  }
  return (
    <form
      className="x-seed-rename"
      onSubmit={(event) => {
        event.preventDefault()
        void rename()
      }}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <input
        aria-label="Name"
        value={text}
        maxLength={200}
        autoFocus
        disabled={busy}
        onChange={(event) => setText(event.target.value)}
        onFocus={(event) => event.target.select()}
      />
      <button type="submit" disabled={busy}>
        Save
      </button>
      <button type="button" className="x-quiet" onClick={onClose}>
        Cancel
      </button>
      {fault && <FaultNote fault={fault} />}
    </form>
  )
}
