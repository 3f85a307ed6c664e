import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import type { LadderStep, ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { isRunning, readProcessStat, readProcessStatNow, type ProcessStat } from './identity.ts'

/** How long killed leftovers may take to disappear; only a process stuck in the kernel takes longer. */
const GONE_MS = 5_000

/**
 * Signals what is left of the process group of a leader that has ended.
 *
 * A member counts when its group *and* its session bear the leader's pid, and it started no earlier than the leader.
 * The kernel does not give a number to a new process while a group or session still has it: when the pid has a process
 * with another start time, the old group is gone, and nothing is signalled.
 * @returns how many were signalled
 */
export async function signalLeftovers(
  leader: ProcessIdentity,
  bootId: string,
  name: LadderStep['signal'],
): Promise<number> {
  if (leader.bootId !== bootId || process.platform !== 'linux') return 0
  let signalled = 0
  for (const { pid, startTime } of await leftovers(leader)) {
    const now = readProcessStatNow(pid)
    if (now?.startTime !== startTime || !isLeftover(now, leader) || isRecycled(leader)) continue
    if (sendSignal(pid, name)) signalled += 1
  }
  return signalled
}

/**
 * Kills leftovers until there are none: one may fork between the look and the kill.
 * @throws HostError `timed-out` when some are still there after 5 s
 */
export async function killLeftovers(leader: ProcessIdentity, bootId: string): Promise<void> {
  const giveUpAt = performance.now() + GONE_MS
  while ((await signalLeftovers(leader, bootId, 'SIGKILL')) > 0) {
    if (performance.now() > giveUpAt) {
      throw new HostError('timed-out', `processes of group ${leader.pid} survived SIGKILL for ${GONE_MS} ms`)
    }
    await delay(5)
  }
}

/**
 * Sends a signal; a negative pid means a group. The caller has proved whom it reaches.
 * @returns false when there is no such process any more
 * @throws HostError `permission-denied` when it belongs to someone else
 */
export function sendSignal(pid: number, name: LadderStep['signal']): boolean {
  if (Math.abs(pid) < 2) throw new TypeError(`expected a pid other than 0 and 1, got ${pid}`)
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

async function leftovers(leader: ProcessIdentity): Promise<readonly ProcessStat[]> {
  const pids = (await readdir('/proc')).filter((entry) => /^\d+$/.test(entry)).map(Number)
  const found: ProcessStat[] = []
  for (const pid of pids) {
    const stat = await readProcessStat(pid)
    if (stat !== undefined && isLeftover(stat, leader)) found.push(stat)
  }
  return found
}

function isLeftover(stat: ProcessStat, leader: ProcessIdentity): boolean {
  return (
    stat.pid !== leader.pid &&
    stat.processGroup === leader.pid &&
    stat.session === leader.pid &&
    BigInt(stat.startTime) >= BigInt(leader.startTime) &&
    isRunning(stat)
  )
}

function isRecycled(leader: ProcessIdentity): boolean {
  const holder = readProcessStatNow(leader.pid)
  return holder !== undefined && holder.startTime !== leader.startTime
}
