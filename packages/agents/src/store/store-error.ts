/**
 * - `not-found`: the owner has nothing by that id.
 * - `conflict`: somebody changed it first, or it exists already; read it again.
 * - `lease-lost`: the fencing number is not the current one; whoever carried it stops at once.
 * - `leased`: somebody else keeps it, or kept it when it was lost.
 * - `newer-store`: a newer version of this software made the store.
 * - `not-a-store`: what lies there is something else, and was left alone.
 * - `wrong-key`: the key that this was encrypted with is not there, or is another one. Nothing was changed.
 * - `unsafe-key`: the key can be read by others, or lies beside what it protects.
 * - `corrupt`: what was read was not written by us in this place: damaged, cut short, or moved.
 * - `busy`: other processes kept the store for too long; try again.
 * - `unreachable`: the server does not answer. A write that was on its way may have happened.
 * - `unwritable`: the disk is full, or may not be written.
 * - `closed`: the store was closed.
 */
export type StoreErrorCode =
  | 'not-found'
  | 'conflict'
  | 'lease-lost'
  | 'leased'
  | 'newer-store'
  | 'not-a-store'
  | 'wrong-key'
  | 'unsafe-key'
  | 'corrupt'
  | 'busy'
  | 'unreachable'
  | 'unwritable'
  | 'closed'

/** What a store throws when it can't do what was asked. Its message holds neither content nor keys. */
export class StoreError extends Error {
  override readonly name: string = 'StoreError'
  readonly code: StoreErrorCode

  constructor(code: StoreErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
