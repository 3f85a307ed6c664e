import type { ProcessIdentity } from './detached-process.ts'

/** The kernel's own limit, `PID_MAX_LIMIT`, on 64 bits. */
const MAX_PID = 4_194_304

/**
 * Reads a launch record: one JSON object with exactly the three members, in the shapes that the kernel gives them.
 * @returns `undefined` for anything else, pids 0 and 1 included: they must never be signalled
 */
export function parseProcessIdentity(text: string): ProcessIdentity | undefined {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    return undefined
  }
  if (typeof value !== 'object' || value === null || Object.keys(value).length !== 3) return undefined
  if (!('pid' in value && 'startTime' in value && 'bootId' in value)) return undefined
  const { pid, startTime, bootId } = value
  if (typeof pid !== 'number' || !Number.isSafeInteger(pid) || pid < 2 || pid > MAX_PID) return undefined
  if (typeof startTime !== 'string' || !/^\d{1,20}$/.test(startTime)) return undefined
  if (typeof bootId !== 'string' || !/^[0-9a-fA-F-]{1,64}$/.test(bootId)) return undefined
  return { pid, startTime, bootId }
}
