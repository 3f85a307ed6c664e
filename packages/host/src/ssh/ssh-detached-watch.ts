import { setMaxListeners } from 'node:events'
import type { ProcessIdentity } from '../detached-process.ts'
import { shellLine } from './shell-line.ts'
import type { SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'
import { KNOW_PROCESSES } from './worker-script-processes.ts'
import { SharedScript } from './worker-script-shared.ts'

/**
 * Arguments: `pid:start:boot` of each process. Says each when it has ended, and looks 50 to 500 ms apart, as Linux tells
 * nobody but the parent. Every 2 s it says something, so that it ends with the channel.
 */
const WATCH = `${KNOW_PROCESSES}
looks=0
while :; do
  for item; do
    shift
    pid=\${item%%:*} rest=\${item#*:}
    if is_same "$pid" "\${rest%%:*}" "\${rest#*:}"; then set -- "$@" "$item"; else echo "$item" || exit; fi
  done
  [ $# -gt 0 ] || exit 0
  looks=$((looks + 1))
  if [ $looks -lt 5 ]; then sleep 0.05; elif [ $looks -lt 10 ]; then sleep 0.1; else sleep 0.5; fi
  if [ $((looks % 4)) -eq 0 ]; then echo || exit; fi
done
`

interface Watched {
  readonly ended: Promise<void>
  readonly settle: (failure?: Error) => void
  waiters: number
}

/** Waits for the ends of processes, all of them by one script on one channel. */
export class ExitWatch {
  readonly #connection: SshConnection
  readonly #watched = new Map<string, Watched>()
  readonly #script: SharedScript

  constructor(connection: SshConnection) {
    this.#connection = connection
    this.#script = new SharedScript(connection, {
      keys: () => [...this.#watched.keys()],
      line: (keys) => shellLine(WATCH, keys),
      onLine: (line) => {
        this.#watched.get(line)?.settle()
        this.#watched.delete(line)
      },
      onFailure: (failure) => {
        for (const watched of this.#watched.values()) watched.settle(failure)
        this.#watched.clear()
      },
    })
  }

  /** Resolves when the process has ended. @throws the reason of `signal`; HostError `connection-lost`, `closed`, `io` */
  async ended(identity: ProcessIdentity, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    const { lost } = this.#connection
    lost.throwIfAborted()
    // One listener per waiter.
    setMaxListeners(0, lost)
    const key = `${identity.pid}:${identity.startTime}:${identity.bootId}`
    const watched = this.#watched.get(key) ?? this.#add(key)
    watched.waiters += 1
    try {
      await untilAborted(watched.ended, [lost, signal])
    } finally {
      watched.waiters -= 1
      if (watched.waiters === 0) {
        if (this.#watched.get(key) === watched) this.#watched.delete(key)
        this.#script.release()
      }
    }
  }

  #add(key: string): Watched {
    let settle!: Watched['settle']
    const ended = new Promise<void>((resolve, reject) => {
      settle = (failure) => (failure === undefined ? resolve() : reject(failure))
    })
    ended.catch(() => undefined)
    const watched = { ended, settle, waiters: 0 }
    this.#watched.set(key, watched)
    this.#script.renew()
    return watched
  }
}
