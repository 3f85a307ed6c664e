import type { SeedAccount, SeedSummary } from '@x/agents/seeds'
import { loginCancelled, loginExpired } from './login-failure.ts'
import type { LoginProcess } from './login-process.ts'
import type { Verification } from './parse-verification.ts'

/** A login that is under way. Disposing cancels it. */
export interface LoginAttempt extends AsyncDisposable {
  /** For a device code: what the person opens and types. */
  readonly verification?: Verification
  /**
   * The seed, once the person has logged in and it was captured; nothing is left on the host then.
   * @throws SessionError `login-refused`, `login-expired`, `login-unreachable`, `login-cancelled`,
   * `login-other-account`, `lost`; SeedError, StoreError, HostError; the reason of `signal`: all by rejecting
   */
  readonly completed: Promise<SeedSummary>
  /** Gives it up, unless it is being stored already. Resolves when nothing is left of it on the host. Idempotent. */
  readonly cancel: () => Promise<void>
}

/** What a login has open, and how it is kept. */
export interface RunningLoginParts {
  readonly process: LoginProcess
  /** Everything that was opened for it, the process included. */
  readonly resources: AsyncDisposable
  /** Aborts what the process waits for. */
  readonly controller: AbortController
  readonly timeoutMs: number | undefined
  /** Whether Codex has written a login, whatever it said. */
  readonly hasLogin: () => Promise<boolean>
  readonly keep: (account: SeedAccount) => Promise<SeedSummary>
}

/**
 * *waiting* for the person; *storing*: Codex has the login and has ended, and nothing stops it any more; *over*: all that
 * was opened is closed, in whatever way it ended.
 */
export class RunningLogin implements LoginAttempt {
  readonly verification?: Verification
  readonly completed: Promise<SeedSummary>
  readonly #parts: RunningLoginParts
  readonly #over: Promise<void>

  constructor(parts: RunningLoginParts) {
    this.#parts = parts
    if (parts.process.verification) this.verification = parts.process.verification
    this.completed = this.#run()
    this.#over = this.completed.then(
      () => undefined,
      () => undefined,
    )
  }

  readonly cancel = (): Promise<void> => {
    this.#parts.controller.abort(loginCancelled())
    return this.#over
  };

  [Symbol.asyncDispose](): Promise<void> {
    return this.cancel()
  }

  async #run(): Promise<SeedSummary> {
    const { process, resources, keep } = this.#parts
    try {
      await this.#patience(this.#loggedIn())
      const account = await process.readAccount()
      // It has ended before its file is read: nobody renews the login beside us.
      await process[Symbol.asyncDispose]()
      return await keep(account)
    } finally {
      await resources[Symbol.asyncDispose]()
    }
  }

  /**
   * Codex also calls a login failed when it is through and something after it went wrong, such as a first question to
   * ChatGPT (0.169.0). What counts is what it has written.
   */
  async #loggedIn(): Promise<void> {
    const { process, hasLogin } = this.#parts
    try {
      await process.done
    } catch (error) {
      if (!(await hasLogin())) throw error
    }
  }

  /** Waits as long as anybody wants to. */
  async #patience(done: Promise<void>): Promise<void> {
    const { controller, timeoutMs } = this.#parts
    const { signal } = controller
    const timer =
      timeoutMs === undefined ? undefined : setTimeout(() => controller.abort(loginExpired()), timeoutMs)
    let onAbort = (): void => undefined
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => reject(signal.reason as Error)
      signal.addEventListener('abort', onAbort, { once: true })
      if (signal.aborted) onAbort()
    })
    try {
      await Promise.race([done, aborted])
    } finally {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
  }
}
