import path from 'node:path'
import { mustSucceed, type Host, type ProcessIdentity } from '@x/host'
import { SessionError } from '../errors.ts'
import type { TaskPaths } from '../home/task-paths.ts'

/**
 * Prints the pids of the app-servers of a task: `$1` is its Codex home, `$2` its socket. Each is told by the
 * environment that only we give, by what it listens on, and by its place outside every sandbox: the environment
 * reaches the agent's commands too, and these may call themselves as they like.
 * What can't be read belongs to another account, or has just ended.
 */
const SCRIPT = `
for tool in grep readlink tr; do command -v "$tool" >/dev/null || { echo "no $tool" >&2; exit 1; }; done
[ -r /proc/self/environ ] || { echo 'no /proc' >&2; exit 1; }
name=CODEX_HOME=$1
ours=$(readlink /proc/self/ns/pid)
for file in $(grep -lszxF -- "$name" /proc/[0-9]*/environ); do
  directory=\${file%/environ}
  [ -O "$directory" ] || continue
  [ "$(readlink "$directory/ns/pid")" = "$ours" ] || continue
  case "$(tr '\\0' '\\n' <"$directory/cmdline")" in
    *"
app-server
--listen
unix://$2") echo "\${directory#/proc/}" ;;
  esac
done 2>/dev/null
:
`

/** A whole look at a machine takes some milliseconds. */
const TIMEOUT_MS = 10_000

/**
 * The app-servers of a task that run, found without any record: by proof of what each one is. The oldest comes first.
 * More than one runs only where a record was damaged before.
 * @throws SessionError `unrecoverable` when the machine can't be asked
 */
export async function searchAppServers(host: Host, paths: TaskPaths): Promise<readonly ProcessIdentity[]> {
  if (host.facts.platform !== 'linux') return []
  const seen = await look(host, paths)
  if (seen.length === 0) return []
  const named = await Promise.all(seen.map((pid) => host.identify(pid)))
  // Looked at once more: a pid may have been given away between the proof and its identity.
  const still = new Set(await look(host, paths))
  return named
    .filter((identity) => identity !== undefined)
    .filter(({ pid }) => still.has(pid))
    .sort((one, other) => Number(BigInt(one.startTime) - BigInt(other.startTime)))
}

async function look(host: Host, { root, codexHome, socket }: TaskPaths): Promise<readonly number[]> {
  const argv = ['/bin/sh', '-c', SCRIPT, 'search', codexHome, socket]
  try {
    const { stdout } = mustSucceed(await host.exec(argv, { cwd: '/', timeoutMs: TIMEOUT_MS }))
    return stdout.split('\n').flatMap((line) => (/^\d+$/.test(line) ? [Number(line)] : []))
  } catch (cause) {
    const taskId = path.posix.basename(root)
    throw new SessionError('unrecoverable', `nobody can tell whether the Codex of session ${taskId} runs`, {
      cause,
      remedy: `Look for a process with CODEX_HOME=${codexHome} in its environment, and end it.`,
    })
  }
}
