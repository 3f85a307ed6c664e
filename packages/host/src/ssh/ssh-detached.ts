import type { DetachedProcess, LadderStep, ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { assertLadder, DEFAULT_LADDER } from '../kill-ladder.ts'
import { execScript } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import type { ExitWatch } from './ssh-detached-watch.ts'
import { identifyOnWorker, scriptAnswer } from './ssh-identity.ts'
import { END_PROCESSES, KNOW_PROCESSES } from './worker-script-processes.ts'

const TARGET = `${KNOW_PROCESSES}${END_PROCESSES}
pid=$1 started=$2 boot=$3 scope=group
shift 3
`

/** Arguments: pid, start time, boot id, the signal, `group` or nothing. Proof and signal are one script. */
const SIGNAL = `${TARGET}
if [ -z "$2" ]; then
  if signal_leader "$1"; then echo sent; fi
  exit 0
fi
signal_group "$1" || { signal_members "$1"; [ "$signalled" -gt 0 ]; } || exit 0
echo sent
`

/** Arguments: pid, start time, boot id, then signal and milliseconds of each step. The whole ladder is climbed on the worker. */
const STOP = `${TARGET}
sent=none
while [ $# -gt 0 ]; do
  signal_leader "$1" || break
  sent=$1
  if ends_within "$2"; then break; fi
  shift 2
  if [ $# -eq 0 ]; then echo survived; exit 0; fi
done
kill_members || { echo stuck; exit 0; }
echo "$sent"
`

/** A detached process of a worker. The object holds nothing; every call is one script there. */
export class SshDetachedProcess implements DetachedProcess {
  readonly identity: ProcessIdentity
  readonly #connection: SshConnection
  readonly #watch: ExitWatch

  constructor(identity: ProcessIdentity, connection: SshConnection, watch: ExitWatch) {
    this.identity = identity
    this.#connection = connection
    this.#watch = watch
  }

  async isAlive(): Promise<boolean> {
    const { pid, startTime, bootId } = this.identity
    const now = await identifyOnWorker(this.#connection, pid)
    return now?.startTime === startTime && now.bootId === bootId
  }

  /** A lost connection rejects with HostError `connection-lost`: whether it has ended is not known then. */
  async waitForExit(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    await this.#watch.ended(this.identity, options.signal)
  }

  async signal(name: LadderStep['signal'], options: { readonly group?: boolean } = {}): Promise<boolean> {
    const said = await this.#run(SIGNAL, [shortName(name), options.group === true ? 'group' : ''])
    return said === 'sent'
  }

  async stop(ladder: readonly LadderStep[] = DEFAULT_LADDER): Promise<LadderStep['signal'] | undefined> {
    assertLadder(ladder)
    const steps = ladder.flatMap((step) => [shortName(step.signal), String(Math.ceil(step.waitMs))])
    const said = await this.#run(STOP, steps)
    if (said === 'survived')
      throw new HostError('timed-out', `process survived ${ladder.map((step) => step.signal).join(', ')}`)
    if (said === 'stuck')
      throw new HostError('timed-out', `processes of group ${this.identity.pid} survived SIGKILL`)
    return ladder.find((step) => shortName(step.signal) === said)?.signal
  }

  async #run(script: string, args: readonly string[]): Promise<string> {
    const { pid, startTime, bootId } = this.identity
    const all = [String(pid), startTime, bootId, ...args]
    const result = await execScript(this.#connection, script, all, { urgent: true })
    const said = scriptAnswer(result, `signal process ${pid}`)
    if (said === 'denied') throw new HostError('permission-denied', `EPERM: cannot signal process ${pid}`)
    return said
  }
}

/** As `kill -s` spells it. */
function shortName(name: LadderStep['signal']): string {
  return name.replace('SIG', '')
}
