import type { SessionLogin } from '../connection/api.ts'
import { SEEDS_HREF } from '../hooks/use-route.ts'
import { needsLogin } from '../seeds/seed-state.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { loginKey, parseLoginKey } from './use-chosen-login.ts'
import type { LoginChoices } from './use-chosen-login.ts'

export interface LoginSelectProps {
  readonly choices: LoginChoices
  /** Undefined while nobody can answer. */
  readonly chosen: SessionLogin | undefined
  readonly onChoose: (login: SessionLogin) => void
}

/** By whose login the next conversation goes; with none at all, the way to one. */
export function LoginSelect({ choices: { seeds, usual }, chosen, onChoose }: LoginSelectProps) {
  return (
    <div className="x-login-select">
      <select
        className="x-choice"
        aria-label="Login"
        title="By whose login the next conversation goes"
        value={chosen === undefined ? '' : loginKey(chosen)}
        onChange={(event) => onChoose(parseLoginKey(event.target.value))}
      >
        {chosen === undefined && <option value="">no login yet</option>}
        {usual !== null && <option value="usual">{revealHidden(usual)}</option>}
        {seeds.map((seed) => (
          <option key={seed.id} value={loginKey({ seedId: seed.id })} disabled={needsLogin(seed)}>
            {revealHidden(seed.name)}
            {needsLogin(seed) ? ' (log in again)' : ''}
          </option>
        ))}
        <option value="in-terminal">log in in its terminal</option>
      </select>
      {seeds.length === 0 && <a href={SEEDS_HREF}>Log in</a>}
    </div>
  )
}
