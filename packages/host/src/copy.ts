import type { WithinOptions } from './host-files.ts'

/** `within` is about the path on the machine: what `copyOut` reads, and where `copyIn` writes. */
export interface CopyOptions extends WithinOptions {
  /** Permission bits of the copy, exact. @default those of the file that it replaces, else 0600 */
  readonly mode?: number
  /** Leave a target alone that has the same bytes already; `mode` is set all the same. @default true */
  readonly skipUnchanged?: boolean
  /** Told after each piece, and once at the end. What it throws ends the copy. */
  readonly onProgress?: (progress: CopyProgress) => void
  /** Ends the copy with the signal's reason. What has arrived is kept for the next one. */
  readonly signal?: AbortSignal
}

export interface CopyProgress {
  /** Bytes that have arrived, those of an earlier copy that was cut included. */
  readonly bytes: number
  readonly totalBytes: number
}

export interface CopyResult {
  readonly bytes: number
  /** 64 hexadecimal digits, of what is there now. */
  readonly sha256: string
  /** True when the target had these bytes already, and nothing was copied. */
  readonly skipped: boolean
  /** Bytes that an earlier copy had left, which were not copied again. */
  readonly resumedFrom: number
}
