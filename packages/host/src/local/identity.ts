import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import type { ProcessIdentity } from '../detached-process.ts'

/** What one line of `/proc/<pid>/stat` tells. */
export interface ProcessStat {
  readonly pid: number
  /** One letter, e.g. `R`, `S`, `Z`. */
  readonly state: string
  readonly processGroup: number
  readonly session: number
  /** Clock ticks since boot, decimal. */
  readonly startTime: string
}

/**
 * Reads `/proc/<pid>/stat`. The second field is the program's name in parentheses, chosen by the program: it may hold
 * blanks, newlines and parentheses, so that the fields begin after the *last* `)`.
 * @returns `undefined` when it is no such line
 * @see https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
 */
export function parseProcessStat(text: string): ProcessStat | undefined {
  const pid = /^(\d+) \(/.exec(text)?.[1]
  const end = text.lastIndexOf(') ')
  if (pid === undefined || end < 0) return undefined
  // Field 3 of the manual is the first one here.
  const [state, , processGroup, session, ...rest] = text
    .slice(end + 2)
    .trimEnd()
    .split(' ')
  const startTime = rest[15]
  if (state?.length !== 1 || startTime === undefined || !/^\d+$/.test(startTime)) return undefined
  const stat = {
    pid: Number(pid),
    state,
    processGroup: Number(processGroup),
    session: Number(session),
    startTime,
  }
  return Number.isSafeInteger(stat.processGroup) && Number.isSafeInteger(stat.session) ? stat : undefined
}

/** False for a zombie: it has ended, and only waits for its parent, which PID 1 of a container may be slow at. */
export function isRunning(stat: ProcessStat): boolean {
  return !['Z', 'X', 'x'].includes(stat.state)
}

/** The stat of a process, zombies included; `undefined` when there is none with this pid. */
export async function readProcessStat(pid: number): Promise<ProcessStat | undefined> {
  try {
    return parseProcessStat(await readFile(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** As `readProcessStat`, in one step with what follows: for the proof right before a signal, and beside a spawn. */
export function readProcessStatNow(pid: number): ProcessStat | undefined {
  try {
    return parseProcessStat(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return undefined
  }
}

/** Clock ticks since boot, rounded down: nothing that starts from now on has a smaller `startTime`. */
export function ticksNow(): string {
  // The kernel tells hundredths of a second here, which is also how long a tick of /proc is.
  return readFileSync('/proc/uptime', 'latin1').split(' ', 1).join('').replace('.', '')
}

/** True when `stat` is the very process of `identity` and has not ended. */
export function isSameRunning(
  stat: ProcessStat | undefined,
  identity: ProcessIdentity,
  bootId: string,
): boolean {
  return (
    stat !== undefined &&
    identity.bootId === bootId &&
    stat.startTime === identity.startTime &&
    isRunning(stat)
  )
}
