import { useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { SeedListStore } from '../connection/seed-list-store.ts'
import { useTask } from './use-task.ts'

export interface ImportFormProps {
  readonly store: SeedListStore
  readonly onClose: () => void
}

/** Makes a seed of a file that an export has saved. */
export function ImportForm({ store, onClose }: ImportFormProps) {
  const [file, setFile] = useState<File>()
  const [passphrase, setPassphrase] = useState('')
  const { busy, fault, run } = useTask()
  const load = async (): Promise<void> => {
    if (!file) return
    const isDone = await run(async () => {
      await store.import(file, passphrase)
    })
    if (isDone) onClose()
  }
  return (
    <form
      className="x-seed-form"
      aria-label="Import"
      onSubmit={(event) => {
        event.preventDefault()
        void load()
      }}
    >
      <label>
        Exported file
        <input
          type="file"
          accept=".x-export"
          required
          autoFocus
          onChange={(event) => setFile(event.target.files?.[0])}
        />
      </label>
      <label>
        Its passphrase
        <input
          type="password"
          autoComplete="off"
          maxLength={1024}
          required
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
        />
      </label>
      <div className="x-actions">
        <button type="submit" className="x-primary" disabled={busy || !file || passphrase === ''}>
          {busy ? 'Reading…' : 'Import'}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {fault && <FaultNote fault={fault} />}
    </form>
  )
}
