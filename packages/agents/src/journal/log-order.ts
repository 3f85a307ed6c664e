import type { LogPosition } from '../keywords/log-position.ts'

/** More than a log can have bytes, and few enough that there is room for 32,767 logs that were begun anew. */
const GENERATION = 2 ** 38

/** A log has more bytes, or was begun anew more often, than can be told apart. */
export class LogTooLongError extends RangeError {
  override readonly name: string = 'LogTooLongError'
}

/** A place in a log as the one growing number by which a journal orders. @throws LogTooLongError */
export function toOrder({ generation, offset }: LogPosition): number {
  const order = generation * GENERATION + offset
  if (offset >= GENERATION || !Number.isSafeInteger(order))
    throw new LogTooLongError('the log is too long, or was begun anew too often')
  return order
}

export function fromOrder(order: number): LogPosition {
  return { generation: Math.floor(order / GENERATION), offset: order % GENERATION }
}
