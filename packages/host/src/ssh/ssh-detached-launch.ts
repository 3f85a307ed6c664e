import { randomBytes } from 'node:crypto'
import { assertLaunch } from '../assert-launch.ts'
import type { DetachedOptions, ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { LAUNCH_SCRIPT } from '../launch-script.ts'
import { parseProcessIdentity } from '../parse-process-identity.ts'
import { execScript } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import { scriptAnswer } from './ssh-identity.ts'
import { KNOW_PROCESSES } from './worker-script-processes.ts'
import { CLEAN_SHELL, renderStart, START_CLEAN, startError } from './worker-script-start.ts'

/**
 * A record that names a process which still runs is not given to another. Only what the launcher writes is read: what
 * looks otherwise names nobody.
 */
const CHECK_RECORD = `
if [ -f "$x_record" ] && IFS= read -r x_held 2>/dev/null <"$x_record"; then
  x_pid=\${x_held#'{"pid":'} x_start=\${x_held#*'"startTime":"'} x_boot=\${x_held#*'"bootId":"'}
  x_pid=\${x_pid%%,*} x_start=\${x_start%%'"'*} x_boot=\${x_boot%%'"'*}
  case $x_pid in
    *[!0-9]* | '') ;;
    *) if is_same "$x_pid" "$x_start" "$x_boot"; then echo "held $x_pid"; exit 0; fi ;;
  esac
fi
`

/** Opens the log as descriptor 4. A link that takes its place at the last instant is found by its inode. */
const OPEN_LOG = `
x_code=EACCES
[ -d "\${x_log%/*}/" ] || x_code=ENOENT
if [ -L "$x_log" ]; then x_code=ELOOP; elif [ -d "$x_log" ]; then x_code=EISDIR; fi
if [ -L "$x_log" ] || [ -p "$x_log" ] || ! (umask 077; : >>"$x_log") 2>/dev/null; then echo "log $x_code"; exit 0; fi
exec 4>>"$x_log"
x_opened=$(stat -L -c %d:%i /proc/self/fd/4)
if [ "$x_opened" != "$(stat -c %d:%i "$x_log")" ]; then echo log ELOOP; exit 0; fi
chmod 600 /proc/self/fd/4 || { echo log EPERM; exit 0; }
x_logged=$(stat -L -c %s /proc/self/fd/4)
`

/**
 * `setsid` twice: the first one makes its process a leader, so that the second one has to fork, and its parent ends at
 * once. `&` would do without, but a shell makes what it starts so deaf to SIGINT and SIGQUIT for good.
 *
 * The answer is complete when the launcher has closed its end. That is a moment before the program takes its place, or
 * fails to; then the launcher takes the record away.
 */
const LAUNCH = `${CLEAN_SHELL}${KNOW_PROCESSES}
x_launcher=$1
read_line || exit 1
eval "$x_text"
${CHECK_RECORD}
check || exit 0
x_setsid=$(command -v setsid) || { echo failed; echo "there is no setsid on the worker"; exit 0; }
${OPEN_LOG}
set -- "$x_setsid" "$x_setsid" /bin/sh -c "$x_launcher" sh "$x_record" "$x_temporary" "$x_pwd" "$@"
x_said=$(
  read_line || exit 1
  unset PWD OLDPWD SHLVL
  command export -n PATH 2>/dev/null
  eval "$x_text"
  exec "$@" 3>&1 >&4 2>&4 4>&- </dev/null
)
x_identity=$(printf '%s\\n' "$x_said" | head -n 1)
x_trouble=\${x_said#"$x_identity"}
x_pid=\${x_identity#'{"pid":'}
x_pid=\${x_pid%%,*}
x_launching=$(printf '/bin/sh\\n-c\\n%s' "$x_launcher")
case $x_pid in
  *[!0-9]* | '') x_trouble=$x_said ;;
  *)
    x_start=\${x_identity#*'"startTime":"'}
    while is_same "$x_pid" "\${x_start%%'"'*}" "$boot_now"; do
      x_line=$({ tr '\\0' '\\n' <"/proc/$x_pid/cmdline"; } 2>/dev/null)
      case $x_line in
        '' | "$x_launching"*) ;;
        *) printf 'runs\\n%s\\n' "$x_identity"; exit 0 ;;
      esac
    done
    if IFS= read -r x_held 2>/dev/null <"$x_record" && [ "$x_held" = "$x_identity" ]; then
      printf 'runs\\n%s\\n' "$x_identity"
      exit 0
    fi
    ;;
esac
rm -f "$x_temporary"
echo failed
if [ -n "$x_trouble" ]; then printf '%s\\n' "$x_trouble"; else tail -c "+$((x_logged + 1))" "$x_log" | tail -c 1000; fi
`

/**
 * Starts a program on a worker in a session of its own, its identity on disk at `options.record` before it runs.
 * Returns when the program has replaced the launcher. One round trip.
 * @throws HostError `spawn-failed` and `already-exists`, as `Host.spawnDetached`; after `connection-lost` the record tells
 * whether it was started
 */
export async function launchOnWorker(
  connection: SshConnection,
  argv: readonly string[],
  options: DetachedOptions,
): Promise<ProcessIdentity> {
  assertLaunch(argv, options)
  const { record, log, cwd, env } = options
  const [program, ...args] = argv as readonly [string, ...string[]]
  const temporary = `${record}.${randomBytes(6).toString('hex')}.tmp`
  const variables = { x_record: record, x_temporary: temporary, x_log: log, x_pwd: env['PWD'] ?? '' }
  const stdin = renderStart({ argv: [program, ...args], cwd, env, variables })
  const result = await execScript(connection, START_CLEAN, [LAUNCH, LAUNCH_SCRIPT], { stdin })
  const said = scriptAnswer(result, `start ${program}`)
  const [verdict = '', ...rest] = said.split('\n')
  const identity = verdict === 'runs' ? parseProcessIdentity(rest.join('\n')) : undefined
  if (identity !== undefined) return identity
  if (verdict.startsWith('held ')) {
    const held = verdict.slice('held '.length)
    throw new HostError('already-exists', `process ${held} still runs: cannot reuse its record ${record}`)
  }
  throw startError(said, program, cwd) ?? launchError(verdict, rest.join('\n').trim(), program, log)
}

function launchError(verdict: string, said: string, program: string, log: string): HostError {
  if (verdict.startsWith('log ')) {
    const code = verdict.slice('log '.length)
    const message = `${code}: cannot open the log ${log}`
    return new HostError('spawn-failed', message, { cause: Object.assign(new Error(message), { code }) })
  }
  const why = said === '' ? 'no message' : said
  return new HostError('spawn-failed', `cannot run ${program}: ${why}`, { cause: new Error(why) })
}
