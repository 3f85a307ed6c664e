import type { LogPosition } from '../keywords/log-position.ts'

/** More than a log can have bytes, and few enough that there is room for 32,767 logs that were begun anew. */
const GENERATION = 2 ** 38

/** A place in a log as the one growing number by which a journal orders. @throws RangeError beyond what can be told apart */
export function toOrder({ generation, offset }: LogPosition): number {
  const order = generation * GENERATION + offset
  if (offset >= GENERATION || !Number.isSafeInteger(order))
    throw new RangeError('the log is too long, or was begun anew too often')
  return order
}

export function fromOrder(order: number): LogPosition {
  return { generation: Math.floor(order / GENERATION), offset: order % GENERATION }
}
