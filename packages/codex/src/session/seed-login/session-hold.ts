import { randomBytes } from 'node:crypto'
import type { Store } from '@x/agents/store'
import type { LoginPlace } from '../../login/seed-login.ts'

/** Between two signs of life, in milliseconds. */
const KEEP_MS = 6 * 60 * 60_000
/** How long one that nobody takes up again counts as used: as long as a handle of the broker. */
const LIFETIME_MS = 7 * 24 * 60 * 60_000

export interface SessionHoldOptions {
  readonly store: Pick<Store, 'handles' | 'seeds'>
  readonly owner: string
  readonly seedId: string
  readonly place: LoginPlace
}

/**
 * That a session uses a login which needs no lease, for the store to tell: an entry among the handles that no handle
 * opens, since nobody has ever seen what it is the hash of.
 */
export class SessionHold {
  private readonly options: SessionHoldOptions
  private keeping: NodeJS.Timeout | undefined

  constructor(options: SessionHoldOptions) {
    this.options = options
  }

  /** Begins it, or goes on with it, and shows from time to time that it lasts. @throws StoreError */
  async keep(): Promise<void> {
    clearInterval(this.keeping)
    this.keeping = setInterval(() => void this.note().catch(() => undefined), KEEP_MS).unref()
    await this.note()
  }

  /** Nobody shows any more that it lasts: we go, the session stays. */
  leave(): void {
    clearInterval(this.keeping)
  }

  /** The session has ended. @throws StoreError */
  async end(): Promise<void> {
    this.leave()
    await this.options.store.handles.revoke(this.filter)
  }

  private get filter(): { readonly owner: string; readonly seedId: string; readonly session: string } {
    const { owner, seedId, place } = this.options
    return { owner, seedId, session: place.taskId }
  }

  private async note(): Promise<void> {
    const { store } = this.options
    const { filter } = this
    if ((await store.handles.extend(filter, { lifetimeMs: LIFETIME_MS })) > 0) return
    const { revision } = await store.seeds.get(filter)
    const hash = randomBytes(32).toString('hex')
    await store.handles.insert({ ...filter, hash, revision, lifetimeMs: LIFETIME_MS })
  }
}
