import type { WithinOptions } from '../host-files.ts'
import type { Host } from '../host.ts'

/** What a download needs of a host. */
export type DownloadHost = Pick<Host, 'name' | 'exec' | 'spawn' | 'files'>

/** Values are secret: they are on no command line and in no message. */
export type DownloadHeaders = Readonly<Record<string, string>>

/** `within` is about the path on the machine. */
export interface DownloadOptions extends WithinOptions {
  /** 64 hexadecimal digits. What comes is compared before it gets its name; a target that has it already is left alone. */
  readonly sha256?: string
  /** Permission bits of the file, exact. @default those of the file that it replaces, else 0600 */
  readonly mode?: number
  /** Sent to the origin of the URL, and to no other one that it leads to. @default none */
  readonly headers?: DownloadHeaders
  /** More is `too-large`. @default no limit */
  readonly maxBytes?: number
  /** How long nothing may come, in milliseconds; before the response programs count in whole seconds. @default 60_000 */
  readonly idleTimeoutMs?: number
  /**
   * Who fetches. `worker`: curl or wget there. `orchestrator`: we do, and the bytes pass through to the machine. `auto`: the
   * worker, or we when it has no tool for it, or reaches no server; what is on a loopback is always the worker's own.
   * @default 'auto'
   */
  readonly via?: 'auto' | DownloadRoute
  /** Ends it with the signal's reason: the program there is ended, and nothing is left behind. */
  readonly signal?: AbortSignal
  /** Told some times a second, and once at the end. What it throws ends the download. */
  readonly onProgress?: (progress: DownloadProgress) => void
}

export type DownloadRoute = 'worker' | 'orchestrator'

export interface DownloadProgress {
  /** Bytes that have arrived, those of an earlier download that was cut included. */
  readonly bytes: number
  /** Where the server tells it. */
  readonly totalBytes: number | undefined
}

export interface DownloadResult {
  readonly bytes: number
  /** 64 hexadecimal digits, of what is there now. */
  readonly sha256: string
  /** True when the target had the bytes of `sha256` already, and nothing was fetched. */
  readonly skipped: boolean
  /** Bytes that an earlier download had left, which were not fetched again. */
  readonly resumedFrom: number
  /** Who has fetched it; `undefined` when nobody had to. */
  readonly via: DownloadRoute | undefined
}
