import type { ReactNode } from 'react'
import type { Quota, Seed, SeedUser } from '../connection/parse-seeds.ts'
import { sessionHref } from '../hooks/use-route.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Ago, Until } from '../text/time.tsx'
import { methodWords } from './seed-state.ts'

/** Whose login it is, how far it is used up, how old it is, and who has it. */
export function SeedFacts({ seed }: { readonly seed: Seed }) {
  const { account, savedAt, refreshedAt, users } = seed
  const who = [account?.email ?? account?.name, account?.method && methodWords(account.method), account?.plan]
  const known = who.filter((one) => one !== undefined && one !== '').map((one) => revealHidden(String(one)))
  return (
    <dl className="x-seed-facts">
      <Fact name="Account">{known.length > 0 ? known.join(' · ') : 'unknown'}</Fact>
      {account?.quotas && account.quotas.length > 0 && (
        <Fact name="Used up">
          <span className="x-seed-quotas">
            {account.quotas.map((quota) => (
              <QuotaMeter key={`${quota.label} ${quota.model ?? ''}`} quota={quota} />
            ))}
          </span>
        </Fact>
      )}
      {account?.expiresAt !== undefined && (
        <Fact name="Renewal due">
          <Until at={account.expiresAt} />
        </Fact>
      )}
      <Fact name={refreshedAt === undefined ? 'Stored' : 'Renewed'}>
        <Ago at={refreshedAt ?? savedAt} />
      </Fact>
      <Fact name="Used by">
        {users.length === 0 ? (
          <span className="x-faint">nobody</span>
        ) : (
          <ul className="x-seed-users">
            {users.map((user) => (
              <User key={`${user.name} ${user.sessionId ?? ''} ${user.worker ?? ''}`} user={user} />
            ))}
          </ul>
        )}
      </Fact>
    </dl>
  )
}

function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function QuotaMeter({ quota: { label, usedPercent, resetsAt, model } }: { readonly quota: Quota }) {
  const name = revealHidden(model === undefined ? label : `${label}, ${model}`)
  const percent = Math.round(usedPercent)
  return (
    <span className="x-seed-quota">
      <meter value={Math.min(percent, 100)} max={100} high={80} optimum={0} aria-label={name} /> {name}{' '}
      {percent} %
      {resetsAt !== undefined && (
        <span className="x-faint">
          , anew <Until at={resetsAt} />
        </span>
      )}
    </span>
  )
}

function User({ user: { name, sessionId, worker, since } }: { readonly user: SeedUser }) {
  const shown = revealHidden(name)
  return (
    <li>
      {sessionId === undefined ? shown : <a href={sessionHref(sessionId)}>{shown}</a>}
      {worker !== undefined && ` on ${revealHidden(worker)}`}
      {since !== undefined && (
        <span className="x-faint">
          {' '}
          since <Ago at={since} />
        </span>
      )}
    </li>
  )
}
