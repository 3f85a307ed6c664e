import { randomBytes } from 'node:crypto'
import { type LoginAttempt, type OnProgress, toFault } from '@x/codex'
import type { ListedLogin, LoginRequest, LoginState } from '@x/runner'

export interface KeptLoginOptions {
  readonly request: LoginRequest
  readonly start: (options: {
    readonly signal: AbortSignal
    readonly onProgress: OnProgress
  }) => Promise<LoginAttempt>
  /** Called after what is listed has changed. */
  readonly changed: () => void
}

/** One person who is logging in. Begins at once; keeps nothing of a key. */
export class KeptLogin {
  private readonly changed: () => void
  private readonly cancelling = new AbortController()
  private readonly running: Promise<void>
  private current: ListedLogin

  constructor({ request, start, changed }: KeptLoginOptions) {
    const { method, seedId } = request
    this.changed = changed
    this.current = {
      id: `l-${randomBytes(6).toString('hex')}`,
      method,
      status: { state: 'starting', doing: 'Preparing' },
      ...(seedId !== undefined && { seedId }),
    }
    this.running = this.run(start)
  }

  get listed(): ListedLogin {
    return this.current
  }

  get isOver(): boolean {
    const { state } = this.current.status
    return state === 'done' || state === 'failed'
  }

  /** Cancels it when it is under way. Resolves when nothing of it is left. */
  async end(): Promise<void> {
    this.cancelling.abort()
    await this.running
  }

  private async run(start: KeptLoginOptions['start']): Promise<void> {
    const { signal } = this.cancelling
    const onProgress: OnProgress = ({ doing, progress }) => {
      if (this.current.status.state === 'starting')
        this.show({ state: 'starting', doing, ...(progress !== undefined && { progress }) })
    }
    try {
      await using attempt = await start({ signal, onProgress })
      if (attempt.verification) this.show({ state: 'waiting', ...attempt.verification })
      const { seedId } = await attempt.completed
      this.show({ state: 'done', seedId })
    } catch (error) {
      this.show({ state: 'failed', fault: toFault(error) })
    }
  }

  private show(status: LoginState): void {
    this.current = { ...this.current, status }
    // Whoever has cancelled it has seen enough.
    if (!this.cancelling.signal.aborted) this.changed()
  }
}
