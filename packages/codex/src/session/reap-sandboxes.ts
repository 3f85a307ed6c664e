import path from 'node:path'
import type { Host } from '@x/host'
import type { TaskPaths } from '../home/task-paths.ts'

/**
 * Every sandbox is told by its command line where the task's own helper lies: no other task's has that path. It is
 * looked at once more right before the kill, since a pid may be given away in between.
 */
const SCRIPT = `
for file in $(grep -lasF -- "$1" /proc/[0-9]*/cmdline); do
  directory=\${file%/cmdline}
  case "$(tr '\\0' '\\n' <"$file" | head -n 1)" in bwrap|*/bwrap|*codex-linux-sandbox) ;; *) continue ;; esac
  grep -qasF -- "$1" "$file" && kill -KILL "\${directory#/proc/}"
done 2>/dev/null
:
`

/**
 * Ends sandboxes that a dead app-server of the task has left. A command that is killed while its sandbox is being made
 * (0.169.0 does so when the connection that asked for it breaks) can leave one that waits for ever.
 * To be called when the app-server has ended: whatever then has the task's sandbox is nobody's.
 */
export async function reapSandboxes(host: Host, paths: TaskPaths): Promise<void> {
  if (host.facts.platform !== 'linux') return
  await host.exec(['/bin/sh', '-c', SCRIPT, 'reap', path.posix.join(paths.codexHome, 'tmp')], {
    cwd: '/',
    timeoutMs: 10_000,
  })
}
