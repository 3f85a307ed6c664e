import { execFile } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)
const LIMIT_MS = 10_000

/** How it stands to others: `plain` shares a session, `leader` has its own, `family` has a child in it too. */
export const BYSTANDERS = ['plain', 'leader', 'family'] as const
export type BystanderKind = (typeof BYSTANDERS)[number]

/**
 * Arguments: the number, then a program. The kernel is told which number it gave out last, and forks on; as long as the
 * number is not free, or somebody else is faster, what was started is taken back.
 */
const TAKE_NUMBER = `
wanted=$1
shift
while :; do
  echo $((wanted - 1)) >/proc/sys/kernel/ns_last_pid || exit 3
  "$@" </dev/null >/dev/null 2>&1 &
  [ $! -eq "$wanted" ] && exit 0
  kill -9 $!
  wait $!
done 2>/dev/null
`
const PROGRAMS: Readonly<Record<BystanderKind, readonly string[]>> = {
  plain: ['sleep', '600'],
  leader: ['setsid', 'sleep', '600'],
  family: ['setsid', 'sh', '-c', 'sleep 600 & exec sleep 600'],
}
const MEMBERS: Readonly<Record<BystanderKind, number>> = { plain: 1, leader: 1, family: 2 }

/** Somebody who has got the number of a process that has ended, and has nothing to do with us. */
export interface Bystander {
  readonly kind: BystanderKind
  /** How many of it were ended. */
  harmed(): Promise<number>
  /** Ends it. */
  release(): Promise<void>
}

/** Where numbers are given out. */
export interface NumberSpace {
  /** What has to stand before a command line so that it runs there, with the right to choose numbers. */
  readonly enter: readonly string[]
  /** What has to stand before a program so that it belongs to the account that is ours there. */
  readonly become: readonly string[]
}

/** Waits until the number is free, and gives it to a bystander. */
export async function placeBystander(
  space: NumberSpace,
  pid: number,
  kind: BystanderKind,
): Promise<Bystander> {
  const { enter, become } = space
  const inside = async (argv: readonly string[]): Promise<string> => {
    const [program = '', ...args] = [...enter, ...argv]
    return (await run(program, args, { timeout: LIMIT_MS, killSignal: 'SIGKILL' })).stdout
  }
  const members = async (): Promise<readonly string[]> => {
    // What ends between the listing and the reading makes cat complain.
    const stats = await inside(['sh', '-c', 'cat /proc/[0-9]*/stat 2>/dev/null; exit 0'])
    return stats.split('\n').flatMap((line) => memberOf(line, pid, kind))
  }
  await inside(['sh', '-c', TAKE_NUMBER, 'sh', String(pid), ...become, ...PROGRAMS[kind]])
  const giveUpAt = performance.now() + LIMIT_MS
  let born = await members()
  while (born.length < MEMBERS[kind]) {
    if (performance.now() > giveUpAt) throw new Error(`the bystander ${kind} did not get ${pid}`)
    await delay(5)
    born = await members()
  }
  return {
    kind,
    async harmed() {
      const now = await members()
      return born.filter((member) => !now.includes(member)).length
    },
    async release() {
      const pids = (await members()).map((member) => member.split(' ')[0] ?? '')
      if (pids.length > 0) await inside(['kill', '-9', ...pids]).catch(() => undefined)
    },
  }
}

/** `pid start` of a line of `/proc/<pid>/stat`, when it is of the bystander and runs. */
function memberOf(line: string, leader: number, kind: BystanderKind): readonly string[] {
  const pid = Number(line.slice(0, line.indexOf(' ')))
  const fields = line.slice(line.lastIndexOf(')') + 2).split(' ')
  const isMeant = kind === 'plain' ? pid === leader : Number(fields[3]) === leader
  return isMeant && fields[0] !== 'Z' && fields[0] !== 'X' ? [`${pid} ${String(fields[19])}`] : []
}
