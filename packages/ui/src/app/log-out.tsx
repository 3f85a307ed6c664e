import { useState } from 'react'

export interface LogOutProps {
  readonly onLogOut: () => Promise<void>
}

/** The quiet button that ends the login of this browser; says so when the server could not. */
export function LogOut({ onLogOut }: LogOutProps) {
  const [state, setState] = useState<'idle' | 'busy' | 'failed'>('idle')
  const logOut = (): void => {
    setState('busy')
    onLogOut().catch(() => setState('failed'))
  }
  return (
    <>
      <button type="button" className="x-quiet" disabled={state === 'busy'} onClick={logOut}>
        Log out
      </button>
      {state === 'failed' && (
        <p className="x-small" role="alert">
          The server could not log this browser out. Try again.
        </p>
      )}
    </>
  )
}
