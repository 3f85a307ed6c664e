import { useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { Seed } from '../connection/parse-seeds.ts'
import type { SeedListStore } from '../connection/seed-list-store.ts'
import { useTask } from './use-task.ts'

/** As the server has it. */
export const MIN_PASSPHRASE = 8

export interface ExportFormProps {
  readonly seed: Seed
  readonly store: SeedListStore
  readonly onClose: () => void
}

/** Asks for a passphrase, and saves the login under it as a file. */
export function ExportForm({ seed, store, onClose }: ExportFormProps) {
  const [passphrase, setPassphrase] = useState('')
  const { busy, fault, run } = useTask()
  const save = async (): Promise<void> => {
    const saved = await run(async () => saveAs(await store.export(seed.id, passphrase), fileName(seed.name)))
    if (saved) onClose()
  }
  return (
    <form
      className="x-seed-form"
      onSubmit={(event) => {
        event.preventDefault()
        void save()
      }}
    >
      <label>
        Passphrase for the file
        <input
          type="password"
          autoComplete="new-password"
          autoFocus
          minLength={MIN_PASSPHRASE}
          maxLength={1024}
          required
          value={passphrase}
          onChange={(event) => setPassphrase(event.target.value)}
        />
      </label>
      <p className="x-small x-faint">
        Whoever has the file and the passphrase has this login. One that is renewed is good in one place only.
      </p>
      <div className="x-actions">
        <button type="submit" className="x-primary" disabled={busy || passphrase.length < MIN_PASSPHRASE}>
          {busy ? 'Encrypting…' : 'Save the file'}
        </button>
        <button type="button" onClick={onClose}>
          Cancel
        </button>
      </div>
      {fault && <FaultNote fault={fault} />}
    </form>
  )
}

function saveAs(file: Blob, name: string): void {
  const url = URL.createObjectURL(file)
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  // The browser has taken the bytes by the time that it is idle again.
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}

/** What any file system takes. */
function fileName(name: string): string {
  const plain = name
    .normalize('NFKD')
    .replace(/[^\w.-]+/g, '-')
    .replace(/^[-.]+|[-.]+$/g, '')
  return `${plain === '' ? 'seed' : plain.slice(0, 60)}.x-export`
}
