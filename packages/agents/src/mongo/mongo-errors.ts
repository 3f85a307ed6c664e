import { MongoError, MongoServerError } from 'mongodb'
import { StoreError } from '../store/store-error.ts'

const DUPLICATE = 11_000
const NOT_LET_IN = [13, 18]
const DISK_FULL = 14_031

/** Runs `body`, and says what the driver throws in our words. */
export async function guarded<T>(body: () => Promise<T>): Promise<T> {
  try {
    return await body()
  } catch (error) {
    throw toStoreError(error)
  }
}

/** True when there is a document of that id. */
export function isDuplicate(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === DUPLICATE
}

/** Errors that are ours, or of our own code, stay as they are. */
function toStoreError(cause: unknown): unknown {
  if (!(cause instanceof MongoError)) return cause
  if (isDuplicate(cause))
    return new StoreError('conflict', 'there is a document of that id already', { cause })
  if (cause instanceof MongoServerError && cause.code === DISK_FULL)
    return new StoreError('unwritable', 'the disk of the MongoDB server is full', { cause })
  if (cause instanceof MongoServerError && NOT_LET_IN.includes(Number(cause.code)))
    return new StoreError('unreachable', 'the MongoDB server does not let us in', { cause })
  return new StoreError('unreachable', `the MongoDB server did not do it (${cause.name})`, { cause })
}

/** True for what the driver itself throws. */
export function isDriverError(error: unknown): boolean {
  return error instanceof MongoError
}
