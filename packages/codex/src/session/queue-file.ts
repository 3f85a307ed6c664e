import { HostError, mustSucceed, type Host } from '@x/host'
import { EMPTY_QUEUE, parseQueue, type StoredQueue } from '../conversation/parse-queue.ts'
import type { QueueStore } from '../conversation/kept-queue.ts'
import { SessionError } from '../errors.ts'

/**
 * Replaces `$1` by what comes in, when it still has the version `$2`. The comparison and the replacement are one step
 * for everyone who takes the lock. A quote within a message is escaped, so that no text looks like the version.
 * Status 9: somebody else was faster.
 */
const SCRIPT = `
umask 077
exec 9>"$1.lock" || exit 1
if command -v flock >/dev/null; then flock -w 5 9 || exit 1; fi
if [ -e "$1" ]; then grep -qF -- "\\"version\\":$2," "$1" || exit 9
else [ "$2" = 0 ] || exit 9; fi
cat >"$1.new" && [ "$(wc -c <"$1.new")" -eq "$3" ] && sync "$1.new" && mv -f "$1.new" "$1"
`

const CHANGED_MEANWHILE = 9
const MAX_BYTES = 64 * 1024 * 1024

/** The queue of a session on its host, in one file (0600) that several processes may change. */
export function queueFile(host: Host, file: string): QueueStore {
  return {
    async read(): Promise<StoredQueue> {
      try {
        return parseQueue(await host.files.readText(file, { maxBytes: MAX_BYTES }))
      } catch (cause) {
        if (cause instanceof HostError && cause.code === 'not-found') return EMPTY_QUEUE
        throw new SessionError('unrecoverable', `the messages that wait in ${file} can't be read`, {
          cause,
          remedy: `Put ${file} right, or remove it: then no message waits.`,
        })
      }
    },
    async replace(known: number, next: StoredQueue): Promise<boolean> {
      const stdin = render(next)
      const args = [file, String(known), String(Buffer.byteLength(stdin))]
      const result = await host.exec(['/bin/sh', '-c', SCRIPT, 'queue', ...args], {
        cwd: '/',
        stdin,
        timeoutMs: 10_000,
      })
      if (result.exitCode === CHANGED_MEANWHILE) return false
      mustSucceed(result)
      return true
    },
  }
}

/** The version stands before the messages, followed by a comma: the script looks for that. */
function render({ schema, version, messages, ...rest }: StoredQueue): string {
  return `${JSON.stringify({ schema, version, messages, ...rest })}\n`
}
