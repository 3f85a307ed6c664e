import { timingSafeEqual } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { HandleRecord } from '../store/handle.ts'
import type { BrokerContext } from './broker-context.ts'
import { BrokerError } from './broker-error.ts'
import type { LoginKeeper } from './login-keeper.ts'
import { RateLimit } from './rate-limit.ts'
import type { RefreshAhead } from './refresh-ahead.ts'
import { hashHandle } from './session-handle.ts'
import type { EndpointAnswer } from './token-endpoint.ts'

/** How often the store is asked about handles that were never good here, all together; then they queue. */
const STRANGERS = { burst: 50, perSecond: 10 }
const QUEUE_MS = 5_000
const RATE = { burst: 30, perSecond: 0.5 }
const RETRY_MS = 5_000
/** Handles whose last tokens are remembered. */
const MAX_SERVED = 10_000

export interface HandleDoorOptions {
  readonly context: BrokerContext
  readonly keeper: LoginKeeper
  readonly ahead: RefreshAhead
  readonly rate?: { readonly burst: number; readonly perSecond: number }
}

/** Decides what whoever shows a handle gets. */
export class HandleDoor {
  private readonly options: HandleDoorOptions
  private readonly rate: RateLimit
  private readonly strangers = new RateLimit(STRANGERS)
  /** The revision whose tokens each good handle got last. */
  private readonly served = new Map<string, number>()

  constructor(options: HandleDoorOptions) {
    this.options = options
    this.rate = new RateLimit(options.rate ?? RATE)
  }

  async answer(shown: string): Promise<EndpointAnswer> {
    const { context, keeper, ahead } = this.options
    const hash = hashHandle(shown)
    if (hash === undefined) return { type: 'refused' }
    if (!this.served.has(hash) && !(await this.queue()))
      return { type: 'later', status: 503, retryAfterMs: RETRY_MS }
    const handle = await this.find(hash)
    if (!handle) return { type: 'refused' }
    if (!this.rate.take(hash)) return { type: 'later', status: 429, retryAfterMs: RETRY_MS }
    try {
      const has = this.served.get(hash) ?? handle.revision
      const { seed, ...tokens } = await keeper.tokens(handle, { has })
      this.know(hash, seed.revision)
      ahead.watch({ ...tokens, seed })
      const { accessToken, idToken, expiresAt } = tokens
      return {
        type: 'granted',
        accessToken,
        ...(idToken !== undefined && { idToken }),
        ...(expiresAt !== undefined && { expiresInMs: expiresAt - context.now() }),
      }
    } catch (error) {
      // A new login under the same seed may come at any time, so only what was refused for good is.
      if (error instanceof BrokerError && error.code === 'login-dead') return { type: 'refused' }
      return { type: 'later', status: 503, retryAfterMs: RETRY_MS }
    }
  }

  /** That a session was given this handle, with the tokens of that revision. */
  know(hash: string, revision: number): void {
    if (this.served.size >= MAX_SERVED) this.served.clear()
    this.served.set(hash, revision)
  }

  /** Guesses wait for each other, so that they keep the store from nobody. False when there are too many. */
  private async queue(): Promise<boolean> {
    const deadline = performance.now() + QUEUE_MS
    while (!this.strangers.take('all')) {
      if (performance.now() > deadline) return false
      await delay(100)
    }
    return true
  }

  private async find(hash: string): Promise<HandleRecord | undefined> {
    const handle = await this.options.context.store.handles.find(hash)
    if (handle && timingSafeEqual(Buffer.from(handle.hash, 'hex'), Buffer.from(hash, 'hex'))) return handle
    this.served.delete(hash)
    return undefined
  }
}
