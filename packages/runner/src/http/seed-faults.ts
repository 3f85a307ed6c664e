import { BrokerError, type BrokerErrorCode } from '@x/agents/broker'
import { SeedError, type SeedErrorCode } from '@x/agents/seeds'
import { StoreError, type StoreErrorCode } from '@x/agents/store'
import { HttpFault, type FaultStatus } from './http-fault.ts'

type Fault = readonly [status: FaultStatus, code: string, message: string, remedy?: string]

const SEE_LOG = 'The server’s log says more; nothing of it was lost.'
const LOG_IN_AGAIN = 'Log in again.'

/** What a person is told where a login can't be had. What is not named here says enough by itself. */
const SEEDS: Partial<Readonly<Record<SeedErrorCode, Fault>>> = {
  'in-use': [409, 'in-use', 'Somebody uses this login.', 'End the conversations that use it first.'],
  'wrong-passphrase': [
    400,
    'wrong-passphrase',
    'The passphrase is another one, or the file was changed.',
    'Type the passphrase that it was exported with.',
  ],
  'not-an-export': [
    400,
    'not-an-export',
    'The file is no export of a seed.',
    'Choose a file that “Export” has made.',
  ],
  'newer-export': [
    400,
    'newer-export',
    'A newer version of this software has made the file.',
    'Update this one, then import it again.',
  ],
  'newer-seed': [
    409,
    'newer-seed',
    'A newer version of this software has made the seed.',
    'Update this one, then try again.',
  ],
  'unknown-agent': [400, 'unknown-agent', 'The login belongs to an agent that is not known here.'],
}

/** What the file is told to be that holds no login. */
const NO_LOGIN: readonly SeedErrorCode[] = ['not-logged-in', 'half-written', 'unusable', 'unsafe', 'damaged']

const STORE: Partial<Readonly<Record<StoreErrorCode, Fault>>> = {
  'not-found': [404, 'no-seed', 'There is no such seed.'],
  leased: [409, 'in-use', 'Somebody uses this login.', 'End the conversations that use it first.'],
  conflict: [409, 'conflict', 'Somebody has just changed this seed.', 'Look at it again, then try again.'],
  'lease-lost': [
    409,
    'conflict',
    'Somebody has just changed this seed.',
    'Look at it again, then try again.',
  ],
  'wrong-key': [
    500,
    'wrong-key',
    'The key that this login was encrypted with is not there.',
    'Put the key files back where they were, then try again.',
  ],
  'unsafe-key': [500, 'unsafe-key', 'Others may read the key of the store.', SEE_LOG],
  corrupt: [500, 'corrupt', 'What is stored of this login is damaged.', `${LOG_IN_AGAIN} ${SEE_LOG}`],
  busy: [503, 'store-busy', 'The store of logins is busy.', 'Try again in a moment.'],
  unreachable: [
    503,
    'store-unreachable',
    'The store of logins does not answer.',
    'Look whether its server runs, then try again.',
  ],
  unwritable: [
    507,
    'unwritable',
    'The store of logins can’t be written.',
    'Free some space, or give its files to the account that runs the server.',
  ],
  closed: [503, 'closing', 'The server is about to end.', 'Start it again.'],
}

const BROKER: Partial<Readonly<Record<BrokerErrorCode, Fault>>> = {
  'login-dead': [409, 'login-dead', 'The provider has refused this login for good.', LOG_IN_AGAIN],
  'login-unknown': [
    409,
    'login-unknown',
    'Nobody knows whether the token of this login is spent.',
    LOG_IN_AGAIN,
  ],
  'login-leased': [
    409,
    'in-use',
    'A session holds this login itself.',
    'End that session, or wait until it has ended.',
  ],
  unavailable: [
    503,
    'login-unavailable',
    'No token of this login can be had now.',
    'Nothing was learned about the login: try again in a moment.',
  ],
}

/** What a store, a seed or the broker refuses, for the person at the page; `undefined` for every other error. */
export function seedFault(error: Error): HttpFault | undefined {
  if (error instanceof SeedError) {
    if (NO_LOGIN.includes(error.code))
      return new HttpFault(400, 'no-login', `This is no login that can be kept: ${error.message}.`)
    return faultOf(SEEDS[error.code], error)
  }
  if (error instanceof StoreError) return faultOf(STORE[error.code], error)
  if (error instanceof BrokerError) return faultOf(BROKER[error.code], error)
  return undefined
}

function faultOf(fault: Fault | undefined, { message }: Error): HttpFault {
  // Their messages hold neither content nor keys.
  return fault ? new HttpFault(...fault) : new HttpFault(500, 'failed', `${message}.`, SEE_LOG)
}
