/**
 * - `none`: the task has no good snapshot.
 * - `broken-chain`: a snapshot that this one is laid over is bad or gone.
 * - `credential-inside`: a file that would be kept is another name of a credential; `entry` says which.
 * - `unknown-agent`: nothing was said about what belongs into snapshots of this agent.
 */
export type SnapshotErrorCode = 'none' | 'broken-chain' | 'credential-inside' | 'unknown-agent'

/** What is thrown when a snapshot can't be taken or restored. */
export class SnapshotError extends Error {
  override readonly name: string = 'SnapshotError'
  readonly code: SnapshotErrorCode
  /** What in the directory it is about. */
  readonly entry: string | undefined

  constructor(
    code: SnapshotErrorCode,
    message: string,
    options: ErrorOptions & { readonly entry?: string } = {},
  ) {
    super(message, options)
    this.code = code
    this.entry = options.entry
  }
}
