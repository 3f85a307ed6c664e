import { setMaxListeners } from 'node:events'
import type { FileStat } from '../host-files.ts'
import { parseStat } from './parse-stat.ts'
import { shellLine } from './shell-line.ts'
import type { SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'
import { SharedScript } from './worker-script-shared.ts'

/**
 * Arguments: the paths. Says a line for each that is there, and a `.` after them all: at once, and when one has changed.
 * Busybox tells the fraction of a time in its long form (`%z`) only. Looks 200 ms apart, since not every worker has a program that is told by the kernel. Every 2 s it says something, so
 * that it ends with the channel.
 */
const LOOK = `LC_ALL=C; export LC_ALL
said=none looks=0
while :; do
  found=$(stat -c "%f %s %u %Y %.9Y %d %i %z %n" "$@" 2>&1)
  if [ "$found" != "$said" ]; then
    said=$found
    printf '%s\\n.\\n' "$found" || exit
  fi
  looks=$((looks + 1))
  if [ $((looks % 10)) -eq 0 ]; then echo - || exit; fi
  sleep 0.2
done
`

/** What stands before the name in a line. */
const FACTS = 10

interface Watched {
  facts: string
  readonly listeners: Set<() => void>
}

/** What a file was at the last look, and whether that may be wrong because it could not be looked at. */
const UNKNOWN = 'unknown'
const REFUSED = 'refused'

/** Watches files of a worker, all of them by one script on one channel. */
export class FileWatch {
  readonly #connection: SshConnection
  readonly #stat: (file: string) => Promise<FileStat | undefined>
  readonly #watched = new Map<string, Watched>()
  readonly #script: SharedScript
  #asked: readonly string[] = []
  #lines: string[] = []
  #failure: Error | undefined

  /** @param stat asked about a file that the script could not look at, to say why */
  constructor(connection: SshConnection, stat: (file: string) => Promise<FileStat | undefined>) {
    this.#connection = connection
    this.#stat = stat
    this.#script = new SharedScript(connection, {
      keys: () => [...this.#watched.keys()],
      line: (keys) => shellLine(LOOK, keys),
      onBegin: (files) => {
        this.#asked = files
        this.#lines = []
      },
      onLine: (line) => this.#take(line),
      onFailure: (failure) => {
        this.#failure = failure
        this.#wake()
      },
    })
  }

  /** As `HostFiles.watch`. @throws HostError `connection-lost`, `closed`, `io`; the reason of `signal` */
  async *watch(file: string, signal: AbortSignal): AsyncGenerator<FileStat | undefined, void> {
    const { lost } = this.#connection
    setMaxListeners(0, lost)
    const watched = this.#join(file)
    let wake = (): void => undefined
    const listener = (): void => wake()
    watched.listeners.add(listener)
    let told = UNKNOWN
    try {
      for (;;) {
        const next = new Promise<void>((resolve) => (wake = resolve))
        if (watched.facts === told && this.#failure === undefined) await untilAborted(next, [lost, signal])
        if (this.#failure !== undefined) throw this.#failure
        if (watched.facts === told) continue
        told = watched.facts
        yield told === REFUSED ? await this.#stat(file) : parseStat(told)
        signal.throwIfAborted()
      }
    } finally {
      watched.listeners.delete(listener)
      if (watched.listeners.size === 0) this.#leave(file, watched)
    }
  }

  #join(file: string): Watched {
    const known = this.#watched.get(file)
    if (known !== undefined) return known
    const watched = { facts: UNKNOWN, listeners: new Set<() => void>() }
    this.#watched.set(file, watched)
    this.#failure = undefined
    this.#script.renew()
    return watched
  }

  #leave(file: string, watched: Watched): void {
    if (this.#watched.get(file) === watched) this.#watched.delete(file)
    this.#script.release()
  }

  #take(line: string): void {
    if (line !== '.') {
      if (line !== '-') this.#lines.push(line)
      return
    }
    const said = `\n${this.#lines.join('\n')}\n`
    this.#lines = []
    const isRefused = /: Permission denied$/m.test(said)
    for (const file of this.#asked) {
      const watched = this.#watched.get(file)
      if (watched !== undefined) watched.facts = factsOf(said, file) ?? (isRefused ? REFUSED : '')
    }
    this.#wake()
  }

  #wake(): void {
    for (const { listeners } of [...this.#watched.values()]) for (const listener of [...listeners]) listener()
  }
}

/** The name may hold newlines; what stands before it may not. */
function factsOf(said: string, file: string): string | undefined {
  for (let end = said.indexOf(` ${file}\n`); end >= 0; end = said.indexOf(` ${file}\n`, end + 1)) {
    const facts = said.slice(said.lastIndexOf('\n', end - 1) + 1, end)
    if (facts.split(' ').length === FACTS && /^[0-9a-f]+ /.test(facts)) return facts
  }
  return undefined
}
