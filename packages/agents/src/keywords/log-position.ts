/**
 * A place in an agent's log. An agent that writes with `>` in place of `>>` begins its log anew: offsets alone would then
 * name two lines.
 */
export interface LogPosition {
  /** How often the log was begun anew before. */
  readonly generation: number
  /** Bytes from the start of the file. */
  readonly offset: number
  /** Of the line that ends there: where it does not, the log was begun anew. @default that a line ends there is enough */
  readonly mark?: number
}

export const LOG_START: LogPosition = { generation: 0, offset: 0 }
