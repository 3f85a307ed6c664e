import { HostError } from '../errors.ts'
import { execScript } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import type { Leader } from './start-program.ts'

/**
 * Ends a process group in one round trip: SIGTERM, after 2 s SIGKILL, and then SIGKILL for what the leader has left.
 *
 * Arguments: the leader's pid, its start time or nothing, and what to signal (`-pid` for its group). Without proof
 * nothing is signalled: the leader counts while pid and start time agree, its group while a member bears its number as
 * group *and* session and is not older, and nobody else has the pid. Exit code 3: something survives.
 */
const END_SCRIPT = `
pid=$1 start=$2 whom=$3
if [ -n "$start" ]; then
  leads() {
    { IFS= read -r stat </proc/$pid/stat; } 2>/dev/null || return 1
    set -- \${stat##*) }
    [ "\${20}" = "$start" ] && [ "$1" != Z ] && [ "$1" != X ]
  }
  remain() {
    { IFS= read -r stat </proc/$pid/stat; } 2>/dev/null && { set -- \${stat##*) }; [ "\${20}" = "$start" ] || return 1; }
    cat /proc/[0-9]*/stat 2>/dev/null | awk -v group="$pid" -v start="$start" '
      { sub(/^.*\\) /, "") }
      $3 == group && $4 == group && $20 >= start && $1 != "Z" && $1 != "X" { found = 1 }
      END { exit !found }'
  }
else
  leads() { kill -0 "$pid" 2>/dev/null; }
  remain() { kill -0 "$whom" 2>/dev/null; }
fi
within() {
  left=$1
  while "$2"; do
    [ "$left" -gt 0 ] || return 1
    sleep 0.02 2>/dev/null || sleep 1
    left=$((left - 1))
  done
}
if leads; then
  kill -TERM "$whom" 2>/dev/null
  within 100 leads || { kill -KILL "$whom" 2>/dev/null; within 250 leads || exit 3; }
fi
[ "$whom" = "-$pid" ] || exit 0
left=250
while remain; do
  [ "$left" -gt 0 ] || exit 3
  left=$((left - 1))
  kill -KILL "$whom" 2>/dev/null
  sleep 0.02 2>/dev/null || sleep 1
done
exit 0
`

/**
 * Ends a program and its process group, over a channel of its own: a server need not end what ran on a closed one.
 * Resolves when they are gone.
 * @throws HostError `timed-out` when something survives SIGKILL; `connection-lost`
 */
export async function endProgram(
  connection: SshConnection,
  { pid, startTime = '', leadsGroup }: Leader,
): Promise<void> {
  const args = [String(pid), startTime, leadsGroup ? `-${pid}` : String(pid)]
  const { exitCode, stderr } = await execScript(connection, END_SCRIPT, args, { urgent: true })
  if (exitCode === 0) return
  if (exitCode === 3)
    throw new HostError('timed-out', `processes of group ${pid} survived SIGKILL for 5000 ms`)
  throw new HostError('io', `cannot end process ${pid}: ${stderr.trim()}`)
}
