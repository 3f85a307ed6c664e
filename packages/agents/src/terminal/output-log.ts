import type { TerminalFrame, TerminalSize } from './terminal.ts'

type Output = Extract<TerminalFrame, { readonly type: 'output' }>
type Resized = Extract<TerminalFrame, { readonly type: 'resized' }>

/** A place between two bytes, or before a change of size, of all that was ever logged. */
export interface LogPosition {
  /** Number of the entry. */
  readonly entry: number
  /** Bytes of it that lie before the place. */
  readonly offset: number
  /** Bytes of output before the place. */
  readonly bytes: number
}

/** The newest output and changes of size, once for all viewers: each has its own position in it. */
export class OutputLog {
  private readonly maxBytes: number
  private readonly entries: (Output | Resized)[] = []
  private first = 0
  private bytes = 0
  private kept = 0

  constructor(maxBytes: number) {
    this.maxBytes = maxBytes
  }

  get end(): LogPosition {
    return { entry: this.first + this.entries.length, offset: 0, bytes: this.bytes }
  }

  output(data: Uint8Array): void {
    this.entries.push({ type: 'output', data })
    this.bytes += data.length
    this.kept += data.length
    while (this.kept > this.maxBytes || this.entries.length > MAX_ENTRIES) this.drop()
  }

  resized(size: TerminalSize): void {
    this.entries.push({ type: 'resized', size })
    if (this.entries.length > MAX_ENTRIES) this.drop()
  }

  has({ entry }: LogPosition): boolean {
    return entry >= this.first
  }

  /** What stands at a position that the log has, in at most `maxBytes`; nothing at the end. */
  read(
    position: LogPosition,
    maxBytes: number,
  ): { readonly frame: Output | Resized; readonly next: LogPosition } | undefined {
    const { entry, offset, bytes } = position
    const frame = this.entries[entry - this.first]
    if (frame === undefined) return undefined
    if (frame.type === 'resized') return { frame, next: { entry: entry + 1, offset: 0, bytes } }
    const data = frame.data.subarray(offset, offset + maxBytes)
    const isWhole = offset + data.length === frame.data.length
    const next = { entry: isWhole ? entry + 1 : entry, offset: isWhole ? 0 : offset + data.length }
    return { frame: { type: 'output', data }, next: { ...next, bytes: bytes + data.length } }
  }

  private drop(): void {
    const dropped = this.entries.shift()
    this.first += 1
    if (dropped?.type === 'output') this.kept -= dropped.data.length
  }
}

/** A program that writes single bytes, one at a time, or is resized all the time. */
const MAX_ENTRIES = 16_384
