import { setMaxListeners } from 'node:events'
import type { ClientChannel } from 'ssh2'
import type { ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { shellLine } from './shell-line.ts'
import type { SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'
import { KNOW_PROCESSES } from './worker-script-processes.ts'

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

/** How often in a row a watch that broke off without a word is begun anew. */
const MOST_FAILURES = 3

/**
 * Waits for the ends of processes, all of them by one script on one channel: a server allows few channels, and these
 * waits may take days. When another process joins, a new script takes over and the old one ends.
 */
export class ExitWatch {
  readonly #connection: SshConnection
  readonly #watched = new Map<string, Watched>()
  #channel: ClientChannel | undefined
  #isOpening = false
  #failures = 0

  constructor(connection: SshConnection) {
    this.#connection = connection
    // One listener per waiter.
    setMaxListeners(0, connection.lost)
  }

  /** Resolves when the process has ended. @throws the reason of `signal`; HostError `connection-lost`, `closed`, `io` */
  async ended(identity: ProcessIdentity, signal: AbortSignal | undefined): Promise<void> {
    signal?.throwIfAborted()
    this.#connection.lost.throwIfAborted()
    const key = `${identity.pid}:${identity.startTime}:${identity.bootId}`
    const watched = this.#watched.get(key) ?? this.#add(key)
    watched.waiters += 1
    try {
      await untilAborted(watched.ended, [this.#connection.lost, signal])
    } finally {
      watched.waiters -= 1
      if (watched.waiters === 0) this.#drop(key, watched)
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
    this.#restart()
    return watched
  }

  #drop(key: string, watched: Watched): void {
    if (this.#watched.get(key) === watched) this.#watched.delete(key)
    if (this.#watched.size === 0) this.#end(this.#channel)
  }

  /** Those who come while a channel is being opened are in the next one. */
  #restart(): void {
    if (this.#isOpening) return
    this.#isOpening = true
    this.#open().catch((error: unknown) => this.#fail(error as Error))
  }

  async #open(): Promise<void> {
    try {
      let keys: readonly string[] = []
      do {
        // All that are asked for in one turn share a script.
        await Promise.resolve()
        keys = [...this.#watched.keys()]
        const previous = this.#channel
        this.#channel = keys.length === 0 ? undefined : await this.#connection.channel(shellLine(WATCH, keys))
        if (this.#channel !== undefined) this.#listen(this.#channel)
        this.#end(previous)
      } while ([...this.#watched.keys()].some((key) => !keys.includes(key)))
      if (this.#watched.size === 0) this.#end(this.#channel)
    } finally {
      this.#isOpening = false
    }
  }

  #listen(channel: ClientChannel): void {
    let rest = ''
    channel.stderr.resume()
    channel.on('error', () => undefined)
    channel.on('data', (chunk: Buffer) => {
      const lines = (rest + chunk.toString('latin1')).split('\n')
      rest = (lines.pop() ?? '').slice(-200)
      for (const line of lines) {
        this.#failures = 0
        this.#watched.get(line)?.settle()
        this.#watched.delete(line)
      }
    })
    channel.once('close', () => {
      if (this.#channel !== channel) return
      this.#channel = undefined
      this.#again()
    })
    channel.end()
  }

  /** The script ended, or was ended by somebody. */
  #again(): void {
    if (this.#watched.size === 0 || this.#connection.lost.aborted) return
    this.#failures += 1
    if (this.#failures > MOST_FAILURES) this.#fail(new HostError('io', 'the worker does not watch processes'))
    else this.#restart()
  }

  #fail(failure: Error): void {
    this.#failures = 0
    for (const watched of this.#watched.values()) watched.settle(failure)
    this.#watched.clear()
  }

  /** Its script ends by itself at its next word. */
  #end(channel: ClientChannel | undefined): void {
    if (channel === undefined) return
    if (this.#channel === channel) this.#channel = undefined
    channel.resume()
    channel.close()
  }
}
