import { readdir } from 'node:fs/promises'
import { setImmediate as nextTurn, setTimeout as delay } from 'node:timers/promises'
import { HostError } from '../errors.ts'
import { isRunning, readProcessStatNow, type ProcessStat } from './identity.ts'

/** How long killed processes may take to disappear; only one that is stuck in the kernel takes longer. */
const GONE_MS = 5_000
/** Of some 10 µs each, before others get their turn. */
const LOOKS_IN_A_ROW = 100

/** A program that leads a session, as it was right after its start. */
export interface SessionLeader {
  readonly pid: number
  /** Of one that had ended before it could be looked at: when it cannot have run yet. */
  readonly startTime: string
  /** It had ended before it could be looked at. @default false */
  readonly isGone?: boolean
}

/**
 * Signals a leader and all processes of its session, whatever their process groups: the jobs of a shell have their own.
 * The kernel gives the number of a session to nobody while it has members; a pid with another start time is not the leader.
 * @param isMeant whom of them it is about; all of them unless told otherwise
 * @returns how many were signalled
 */
export async function signalSession(
  leader: SessionLeader,
  names: readonly NodeJS.Signals[],
  isMeant: (stat: ProcessStat) => boolean = () => true,
): Promise<number> {
  let signalled = 0
  for (const { pid, startTime } of (await membersOf(leader)).filter(isMeant)) {
    const now = readProcessStatNow(pid)
    if (now?.startTime !== startTime || !isMember(now, leader) || isRecycled(leader)) continue
    if (names.map((name) => send(pid, name)).includes(true)) signalled += 1
  }
  return signalled
}

/** True when nobody of the session runs any more, its leader included. */
export async function isSessionEmpty(leader: SessionLeader): Promise<boolean> {
  return (await membersOf(leader)).length === 0 || isRecycled(leader)
}

/** Kills until nobody is left: one may fork between the look and the kill. @throws HostError `timed-out` after 5 s */
export async function killSession(leader: SessionLeader): Promise<void> {
  const giveUpAt = performance.now() + GONE_MS
  while ((await signalSession(leader, ['SIGKILL'])) > 0) {
    if (performance.now() > giveUpAt) {
      throw new HostError(
        'timed-out',
        `processes of session ${leader.pid} survived SIGKILL for ${GONE_MS} ms`,
      )
    }
    await delay(5)
  }
}

async function membersOf(leader: SessionLeader): Promise<readonly ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const members: ProcessStat[] = []
  for (const [index, pid] of pids.entries()) {
    // Nothing in /proc waits for a disk, and by way of threads each look costs ten times as much.
    const stat = readProcessStatNow(pid)
    if (stat !== undefined && isMember(stat, leader)) members.push(stat)
    if (index % LOOKS_IN_A_ROW === LOOKS_IN_A_ROW - 1) await nextTurn()
  }
  return members
}

function isMember(stat: ProcessStat, leader: SessionLeader): boolean {
  return stat.session === leader.pid && BigInt(stat.startTime) >= BigInt(leader.startTime) && isRunning(stat)
}

function isRecycled({ pid, startTime, isGone = false }: SessionLeader): boolean {
  const holder = readProcessStatNow(pid)
  return holder !== undefined && (isGone || holder.startTime !== startTime)
}

function send(pid: number, name: NodeJS.Signals): boolean {
  try {
    return process.kill(pid, name)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ESRCH') return false
    throw new HostError(
      code === 'EPERM' ? 'permission-denied' : 'io',
      `${String(code)}: cannot signal process ${pid}`,
      {
        cause: error,
      },
    )
  }
}
