import { useState } from 'react'
import { FaultNote } from '../app/fault-note.tsx'
import type { SeedLogin } from '../connection/parse-seeds.ts'
import { webAddress } from '../questions/web-address.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Until } from '../text/time.tsx'
import { Mark } from '../theme/mark.tsx'
import { useTask } from './use-task.ts'

export interface LogInCardProps {
  readonly login: SeedLogin
  /** What the seed is called that it is about, once there is one. */
  readonly seedName: string | undefined
  /** Cancels it, or takes it away when it is over. */
  readonly onEnd: () => Promise<void>
  /** Begins anew. */
  readonly onAgain: () => void
}

/** Somebody who is logging in: what to do now, and how it ended. */
export function LogInCard({ login, seedName, onEnd, onAgain }: LogInCardProps) {
  const { status } = login
  const { busy, fault, run } = useTask()
  const end = (): void => void run(onEnd)
  const isOver = status.state === 'done' || status.state === 'failed'
  return (
    <section className="x-log-in" aria-label="Log in" data-log-in-state={status.state}>
      <p role="status" className="x-log-in-words">
        {wordsFor(login, seedName)}
      </p>
      {status.state === 'starting' && status.progress !== undefined && (
        <progress value={status.progress} max={1} aria-label={status.doing} />
      )}
      {status.state === 'waiting' && <Code {...status} />}
      {status.state === 'failed' && <FaultNote fault={status.fault} />}
      <div className="x-actions">
        {status.state === 'failed' && login.method === 'device-code' && (
          <button
            type="button"
            className="x-primary"
            onClick={() => {
              end()
              onAgain()
            }}
          >
            Try again
          </button>
        )}
        <button type="button" disabled={busy} onClick={end}>
          {isOver ? 'Close' : 'Cancel'}
        </button>
      </div>
      {fault && <FaultNote fault={fault} />}
    </section>
  )
}

function wordsFor({ status, seedId }: SeedLogin, seedName: string | undefined) {
  switch (status.state) {
    case 'starting':
      return `${revealHidden(status.doing)}…`
    case 'waiting':
      return 'Open the address on any device, type this code there, and log in. This page waits for it.'
    case 'done':
      return (
        <span className="x-state x-state-done">
          <Mark kind="done" /> Logged in{seedName === undefined ? '' : `: ${revealHidden(seedName)}`}
          {seedId !== undefined && ', with a new login'}
        </span>
      )
    case 'failed':
      return 'It came to nothing.'
  }
}

interface CodeProps {
  readonly url: string
  readonly code: string
  readonly expiresAt?: number
}

/** What a person opens and types, large enough to be read from another screen. */
function Code({ url, code, expiresAt }: CodeProps) {
  const address = webAddress(url)
  return (
    <>
      <div className="x-log-in-code">
        <output className="x-mono" aria-label="Code">
          {revealHidden(code)}
        </output>
        <CopyButton text={code} />
      </div>
      <p>
        {address ? (
          <a href={address.href} target="_blank" rel="noreferrer noopener">
            {revealHidden(url)}
          </a>
        ) : (
          <code>{revealHidden(url)}</code>
        )}
      </p>
      {expiresAt !== undefined && (
        <p className="x-small x-faint">
          The code ends <Until at={expiresAt} />.
        </p>
      )}
    </>
  )
}

/** Says when it is done in the width that it had. */
function CopyButton({ text }: { readonly text: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no')
  const copy = (): void => {
    navigator.clipboard.writeText(text).then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    )
  }
  return (
    <button type="button" className="x-log-in-copy" onClick={copy} aria-live="polite">
      {{ no: 'Copy', yes: 'Copied', failed: 'Select it' }[copied]}
    </button>
  )
}
