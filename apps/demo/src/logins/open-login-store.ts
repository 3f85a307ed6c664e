import { openKeyDirectory, StoreError, type Store, type StoreErrorCode } from '@x/agents/store'
import { CommandFault } from '../command-fault.ts'
import type { Environment } from '../env.ts'

/** What a person can do about a store that can't be opened; nothing in it was changed. */
const REMEDIES: Partial<Readonly<Record<StoreErrorCode, string>>> = {
  'newer-store': 'Use the newer version, or another place with X_STATE_DIR or MONGODB_URI.',
  'not-a-store': 'Move it away, or name another place with X_STATE_DIR or MONGODB_URI.',
  'wrong-key': 'Put the key files back, or name their directory with X_KEYS_DIR.',
  'unsafe-key': 'Make the keys readable for this account alone, or name another directory with X_KEYS_DIR.',
  corrupt: 'Restore it from a backup, or move it away and log in again.',
  busy: 'End what else uses the store, and start again.',
  unreachable: 'Look whether the server that MONGODB_URI names runs, and start again.',
  unwritable: 'Free some space, or give the files to this account, and start again.',
}

/**
 * Opens the store of logins: MongoDB when an address is given, else a file of this machine. Neither driver is loaded
 * before. The caller closes it.
 * @param file of the SQLite store
 * @throws CommandFault
 */
export async function openLoginStore({ mongoUrl, keysDir }: Environment, file: string): Promise<Store> {
  const keys = openKeyDirectory(keysDir === undefined ? {} : { path: keysDir })
  try {
    if (mongoUrl !== undefined) {
      const { openMongoStore } = await import('@x/agents/mongo')
      return await openMongoStore({ url: mongoUrl, keys })
    }
    const { openSqliteStore } = await import('@x/agents/sqlite')
    return await openSqliteStore({ path: file, keys })
  } catch (cause) {
    if (cause instanceof TypeError)
      throw new CommandFault(`MONGODB_URI: ${cause.message}`, {
        cause,
        remedy: 'Correct the variable, or unset it.',
      })
    if (!(cause instanceof StoreError)) throw cause
    const remedy = REMEDIES[cause.code]
    throw new CommandFault(
      `the store of logins can't be opened: ${cause.message}`,
      remedy === undefined ? { cause } : { cause, remedy },
    )
  }
}
