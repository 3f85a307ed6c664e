import { BrokerError } from '@x/agents/broker'
import { SeedError } from '@x/agents/seeds'
import { StoreError } from '@x/agents/store'
import { HostError } from '@x/host'
import { SessionError } from '../../errors.ts'

/** What a person can do, by the code of whoever refused. */
const REMEDIES: Readonly<Record<string, string>> = {
  'login-dead': 'Log in again for this login.',
  'login-unknown': 'Log in again for this login.',
  'login-leased': 'End the session that has it, or choose another login.',
  'none-alive': 'Log in, or choose another pool.',
  'timed-out': 'End a session that has one, or choose another login.',
  'in-use': 'End the session that has it, or choose another login.',
  'not-found': 'Choose another login.',
  unavailable: 'Try again in a moment.',
  unsupported: 'Let the server of the machine forward ports, or use the login in the mode `planted`.',
}

/** Says why a stored login can't be had, as a session does. */
export function toLoginError(cause: unknown): unknown {
  if (cause instanceof SessionError) return cause
  const isKnown =
    cause instanceof BrokerError ||
    cause instanceof SeedError ||
    cause instanceof StoreError ||
    cause instanceof HostError
  if (!isKnown) return cause
  const remedy = REMEDIES[cause.code]
  return new SessionError('login', `the login can't be used: ${cause.message}`, {
    cause,
    ...(remedy !== undefined && { remedy }),
  })
}

/** Rejects with what {@link toLoginError} says. */
export async function asLogin<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toLoginError(error)
  }
}
