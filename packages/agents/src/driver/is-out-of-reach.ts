import { HostError, type HostErrorCode } from '@x/host'

const OUT_OF_REACH: readonly HostErrorCode[] = ['connection-lost', 'unreachable']

/** Whether a failure says nothing but that the machine can't be reached now. */
export function isOutOfReach(error: unknown): boolean {
  return error instanceof HostError && OUT_OF_REACH.includes(error.code)
}
