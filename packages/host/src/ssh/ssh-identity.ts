import { assertPid } from '../assert-arguments.ts'
import type { ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { parseProcessIdentity } from '../parse-process-identity.ts'
import { execScript, type ScriptResult } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import { KNOW_PROCESSES } from './worker-script-processes.ts'

/** Argument: the pid. Says start time and boot id, or nothing. */
const IDENTIFY = `${KNOW_PROCESSES}
if runs "$1"; then printf "%s %s\\n" "$start" "$boot_now"; fi
`

/** As `Host.identify`, by the worker's `/proc`. */
export async function identifyOnWorker(
  connection: SshConnection,
  pid: number,
): Promise<ProcessIdentity | undefined> {
  assertPid(pid)
  const said = scriptAnswer(await execScript(connection, IDENTIFY, [String(pid)]), `identify process ${pid}`)
  if (said === '') return undefined
  const [startTime, bootId] = said.split(' ')
  const identity = parseProcessIdentity(JSON.stringify({ pid, startTime, bootId }))
  if (identity === undefined)
    throw new HostError('io', `cannot identify process ${pid}: the worker said ${said}`)
  return identity
}

/** What a script of ours said on stdout. @throws HostError `io` when it did not come to its end */
export function scriptAnswer(result: ScriptResult, task: string): string {
  if (result.exitCode === 0) return result.stdout.toString().trim()
  const said = result.stderr.trim().slice(-1_000)
  const ending = result.signal ?? `exit code ${String(result.exitCode)}`
  const cause = new Error(said === '' ? ending : said)
  throw new HostError('io', `cannot ${task}: ${cause.message}`, { cause })
}
