import { spawn, type ChildProcess } from 'node:child_process'
import type { Socket } from 'node:net'
import { hasExited } from './has-exited.ts'
import { spawnWithoutMasters } from './pty-masters.ts'
import type { SessionLeader } from './pty-session.ts'
import { REAPER_SCRIPT } from './reaper-script.ts'

/**
 * A small process beside us that ends what we have started when we die. There is one per host, from the first program
 * on. It needs `/proc`; where there is none, programs are told by the end of their pipes alone.
 */
export class Reaper {
  readonly #leaders = new Set<SessionLeader>()
  #child: ChildProcess | undefined

  /** Starts it, when it does not run yet. Best before the program, so that there is no time in which we could die unseen. */
  ready(): void {
    if (process.platform !== 'linux') return
    if (this.#child !== undefined && !hasExited(this.#child)) return
    const child = spawnWithoutMasters(['pipe', 'ignore', 'ignore'], (stdio) =>
      spawn('/bin/sh', ['-c', REAPER_SCRIPT, 'reaper'], { cwd: '/', env: {}, detached: true, stdio }),
    )
    // Who kills it takes away a safety net and nothing else.
    child.on('error', () => undefined)
    child.stdin?.on('error', () => undefined)
    child.unref()
    const stdin = child.stdin as Socket | null
    stdin?.unref()
    this.#child = child
    for (const leader of this.#leaders) this.#tell('+', leader)
  }

  add(leader: SessionLeader): void {
    this.#leaders.add(leader)
    this.#tell('+', leader)
  }

  remove(leader: SessionLeader): void {
    if (this.#leaders.delete(leader)) this.#tell('-', leader)
  }

  /** Ends it. What it was told of and not to forget is ended by it. */
  async close(): Promise<void> {
    const child = this.#child
    this.#child = undefined
    if (child?.pid === undefined || hasExited(child)) return
    const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.ref()
    child.stdin?.end()
    await exited
  }

  #tell(what: '+' | '-', { pid, startTime }: SessionLeader): void {
    this.#child?.stdin?.write(`${what} ${pid} ${startTime}\n`)
  }
}
