import { useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { Seed } from '../connection/parse-seeds.ts'
import type { SeedListStore } from '../connection/seed-list-store.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Ago } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'
import { ExportForm } from './export-form.tsx'
import { RenameForm } from './rename-form.tsx'
import { SeedFacts } from './seed-facts.tsx'
import { needsLogin, seedState, seedTrouble, verdictWords } from './seed-state.ts'
import { useTask } from './use-task.ts'

export interface SeedRowProps {
  readonly seed: Seed
  readonly store: SeedListStore
  /** Gives this very seed a new login. */
  readonly onLogIn: () => void
}

/** What is open in a row. */
type Opened = 'rename' | 'delete' | 'export' | undefined

/** One stored login: how it stands, what is known of it, and what can be done with it. */
export function SeedRow({ seed, store, onLogIn }: SeedRowProps) {
  const [opened, setOpened] = useState<Opened>()
  const task = useTask()
  const { mark, word } = seedState(seed)
  const trouble = seedTrouble(seed)
  const close = (): void => setOpened(undefined)
  const verify = (): void => {
    // What comes of it stands in the seed, for every page.
    void task.run(async () => {
      await store.verify(seed.id)
    })
  }
  return (
    <li className="x-seed" aria-label={seed.name} data-seed-id={seed.id} data-seed-state={seed.state}>
      <div className="x-seed-head">
        {opened === 'rename' ? (
          <RenameForm name={seed.name} onRename={(name) => store.rename(seed.id, name)} onClose={close} />
        ) : (
          <h2>{revealHidden(seed.name)}</h2>
        )}
        <span className={`x-state x-state-${mark}`} role="status">
          <Mark kind={mark} /> {word}
        </span>
      </div>
      {trouble !== undefined && <p className="x-seed-trouble">{revealHidden(trouble)}</p>}
      <SeedFacts seed={seed} />
      <Verified seed={seed} busy={task.busy} />
      {opened === 'export' && <ExportForm seed={seed} store={store} onClose={close} />}
      <div className="x-actions">
        {opened === 'delete' ? (
          <DeleteQuestion
            onDelete={() => void task.run(() => store.delete(seed.id)).then(close)}
            onKeep={close}
          />
        ) : (
          <>
            {needsLogin(seed) && (
              <button type="button" className="x-primary" onClick={onLogIn}>
                {seed.account?.method === 'api-key' ? 'Use another key' : 'Log in again'}
              </button>
            )}
            <button type="button" disabled={task.busy} onClick={verify}>
              Verify
            </button>
            <button type="button" onClick={() => setOpened('rename')}>
              Rename
            </button>
            <button type="button" aria-expanded={opened === 'export'} onClick={() => setOpened('export')}>
              Export
            </button>
            <button type="button" onClick={() => setOpened('delete')}>
              Delete
            </button>
          </>
        )}
      </div>
      <div role="alert">{task.fault && <FaultNote fault={task.fault} />}</div>
    </li>
  )
}

/** What a check has found last; the line is there before, so that nothing moves. */
function Verified({ seed: { verified }, busy }: { readonly seed: Seed; readonly busy: boolean }) {
  return (
    <p className="x-seed-verified x-small" role="status">
      {busy ? (
        'Asking the provider…'
      ) : verified ? (
        <>
          {revealHidden(verdictWords(verified))} <span className="x-faint">Checked</span>{' '}
          <span className="x-faint">
            <Ago at={verified.at} />
          </span>
        </>
      ) : (
        <span className="x-faint">Not checked yet.</span>
      )}
    </p>
  )
}

interface DeleteQuestionProps {
  readonly onDelete: () => void
  readonly onKeep: () => void
}

function DeleteQuestion({ onDelete, onKeep }: DeleteQuestionProps) {
  return (
    <>
      <button type="button" className="x-danger" onClick={onDelete}>
        Delete for good
      </button>
      <button type="button" autoFocus onClick={onKeep}>
        Keep
      </button>
    </>
  )
}
