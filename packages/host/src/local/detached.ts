import type { ChildProcess } from 'node:child_process'
import { setTimeout as delay } from 'node:timers/promises'
import type { DetachedProcess, LadderStep, ProcessIdentity } from '../detached-process.ts'
import { climbLadder, DEFAULT_LADDER } from '../kill-ladder.ts'
import { hasExited } from './has-exited.ts'
import { isSameRunning, readProcessStat, readProcessStatNow } from './identity.ts'
import { killLeftovers, sendSignal, signalLeftovers } from './process-group.ts'

/** Node has no pidfd, so the end of a process that is not our child is found by looking: often at first, then less. */
const FIRST_LOOK_MS = 50
const SLOWEST_LOOK_MS = 500

/**
 * A detached process of this machine: our child, or one that was adopted by its record.
 * An abandoned one does not keep the event loop alive; a pending `waitForExit` does.
 */
export class LocalDetachedProcess implements DetachedProcess {
  readonly identity: ProcessIdentity
  readonly #bootId: string
  readonly #child: ChildProcess | undefined
  #waiters = 0

  /** @param child the process itself when we are its parent, unreferenced */
  constructor(identity: ProcessIdentity, bootId: string, child?: ChildProcess) {
    this.identity = identity
    this.#bootId = bootId
    this.#child = child
    // One listener per waiter.
    child?.setMaxListeners(0)
  }

  async isAlive(): Promise<boolean> {
    return isSameRunning(await readProcessStat(this.identity.pid), this.identity, this.#bootId)
  }

  async waitForExit(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    options.signal?.throwIfAborted()
    if (this.#child === undefined) await this.#pollForExit(options.signal)
    else await this.#childExit(this.#child, options.signal)
  }

  async signal(name: LadderStep['signal'], options: { readonly group?: boolean } = {}): Promise<boolean> {
    // Proof and signal in one synchronous step: a child can't be reaped in between, so its pid can't be given away.
    const { pid } = this.identity
    if (isSameRunning(readProcessStatNow(pid), this.identity, this.#bootId)) {
      return sendSignal(options.group === true ? -pid : pid, name)
    }
    return options.group === true && (await signalLeftovers(this.identity, this.#bootId, name)) > 0
  }

  async stop(ladder: readonly LadderStep[] = DEFAULT_LADDER): Promise<LadderStep['signal'] | undefined> {
    const target = {
      signal: (name: LadderStep['signal']) => this.signal(name),
      endsWithin: (waitMs: number) => this.#endsWithin(waitMs),
    }
    const sent = await climbLadder(target, ladder)
    await killLeftovers(this.identity, this.#bootId)
    return sent
  }

  async #endsWithin(waitMs: number): Promise<boolean> {
    const limit = new AbortController()
    const timer = setTimeout(() => limit.abort(), waitMs)
    try {
      await this.waitForExit({ signal: limit.signal })
      return true
    } catch (error) {
      if (limit.signal.aborted) return false
      throw error
    } finally {
      clearTimeout(timer)
    }
  }

  async #pollForExit(signal: AbortSignal | undefined): Promise<void> {
    let lookMs = FIRST_LOOK_MS
    while (await this.isAlive()) {
      await delay(lookMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)
      signal?.throwIfAborted()
      lookMs = Math.min(lookMs * 1.5, SLOWEST_LOOK_MS)
    }
  }

  async #childExit(child: ChildProcess, signal: AbortSignal | undefined): Promise<void> {
    if (hasExited(child)) return
    this.#waiters += 1
    child.ref()
    let settle = (): void => undefined
    try {
      await new Promise<void>((resolve) => {
        settle = resolve
        child.once('exit', settle)
        signal?.addEventListener('abort', settle, { once: true })
      })
      if (!hasExited(child)) signal?.throwIfAborted()
    } finally {
      child.off('exit', settle)
      signal?.removeEventListener('abort', settle)
      this.#waiters -= 1
      if (this.#waiters === 0) child.unref()
    }
  }
}
