import { useState } from 'react'
import type { ReactNode } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { Seed } from '../connection/parse-seeds.ts'
import type { LogInRequest } from '../connection/seed-api.ts'
import type { SeedListStore } from '../connection/seed-list-store.ts'
import { HOME_HREF } from '../hooks/use-route.ts'
import { useStore } from '../hooks/use-store.ts'
import { ImportForm } from './import-form.tsx'
import { KeyForm } from './key-form.tsx'
import { LogInCard } from './log-in-card.tsx'
import { SeedRow } from './seed-row.tsx'
import { useTask } from './use-task.ts'

export interface SeedsPageProps {
  readonly store: SeedListStore
}

/** What is open above the list. */
type Opened = 'key' | 'import' | undefined

/** All stored logins, what can be done with them, and the ways to a new one. */
export function SeedsPage({ store }: SeedsPageProps) {
  const { seeds } = useStore(store.view)
  const [opened, setOpened] = useState<Opened>()
  const { busy, fault, run } = useTask()
  const logIn = (request: LogInRequest): void => {
    setOpened(undefined)
    void run(() => store.logIn(request))
  }
  const logInAgain = (seed: Seed): void => {
    // A key has no name: another one is another login, and becomes a seed of its own.
    if (seed.account?.method === 'api-key') setOpened('key')
    else logIn({ method: 'device-code', seedId: seed.id })
  }
  return (
    <section className="x-seeds" aria-label="Seeds">
      <Head />
      <div className="x-seeds-body">
        <WaysIn opened={opened} busy={busy} onOpen={setOpened} onLogIn={logIn}>
          {opened === 'import' && <ImportForm store={store} onClose={() => setOpened(undefined)} />}
        </WaysIn>
        <LogIns store={store} onLogIn={logIn} />
        <div role="alert">{fault && <FaultNote fault={fault} />}</div>
        {seeds === undefined && <p className="x-empty">Waiting for the server’s list…</p>}
        {seeds?.length === 0 && (
          <p className="x-empty">None yet. Log in once, and every conversation can use it.</p>
        )}
        <ul className="x-seed-rows">
          {seeds?.map((seed) => (
            <SeedRow key={seed.id} seed={seed} store={store} onLogIn={() => logInAgain(seed)} />
          ))}
        </ul>
      </div>
    </section>
  )
}

function Head() {
  return (
    <header className="x-header">
      <a className="x-back" href={HOME_HREF} aria-label="All conversations">
        ‹
      </a>
      <div className="x-header-names">
        <h1>Seeds</h1>
        <span className="x-header-directory">logins that conversations share</span>
      </div>
    </header>
  )
}

interface WaysInProps {
  readonly opened: Opened
  readonly busy: boolean
  readonly onOpen: (opened: Opened) => void
  readonly onLogIn: (request: LogInRequest) => void
  readonly children: ReactNode
}

/** How a login gets here. */
function WaysIn({ opened, busy, onOpen, onLogIn, children }: WaysInProps) {
  return (
    <>
      <div className="x-actions">
        <button
          type="button"
          className="x-primary"
          disabled={busy}
          onClick={() => onLogIn({ method: 'device-code' })}
        >
          Log in with a code
        </button>
        <button type="button" aria-expanded={opened === 'key'} onClick={() => onOpen('key')}>
          Use an API key
        </button>
        <button type="button" aria-expanded={opened === 'import'} onClick={() => onOpen('import')}>
          Import
        </button>
      </div>
      {opened === 'key' && (
        <KeyForm
          busy={busy}
          onKey={(key) => onLogIn({ method: 'api-key', key })}
          onClose={() => onOpen(undefined)}
        />
      )}
      {children}
    </>
  )
}

interface LogInsProps {
  readonly store: SeedListStore
  readonly onLogIn: (request: LogInRequest) => void
}

/** Those who are logging in, on this page or another one. */
function LogIns({ store, onLogIn }: LogInsProps) {
  const { seeds, logins } = useStore(store.view)
  const nameOf = (id: string | undefined): string | undefined => seeds?.find((seed) => seed.id === id)?.name
  return logins.map((login) => (
    <LogInCard
      key={login.id}
      login={login}
      seedName={nameOf(login.status.state === 'done' ? login.status.seedId : login.seedId)}
      onEnd={() => store.endLogin(login.id)}
      onAgain={() =>
        onLogIn({ method: 'device-code', ...(login.seedId !== undefined && { seedId: login.seedId }) })
      }
    />
  ))
}
