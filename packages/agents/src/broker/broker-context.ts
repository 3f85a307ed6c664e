import type { Store } from '../store/store.ts'
import type { BrokerEventSource } from './broker-events.ts'
import type { TokenProvider } from './token-provider.ts'

/** What of the store the broker uses. */
export type BrokerStore = Pick<Store, 'seeds' | 'refreshes' | 'handles'>

/**
 * How far a refresh has come. Between the mark in the store and the request is no step: they are one breath, and what
 * dies between them is `unknown` although nothing has left.
 */
export type RefreshStep = 'claimed' | 'connected' | 'sent' | 'answered' | 'saved'

/** What every part of the broker works with; all defaults are resolved. */
export interface BrokerContext {
  readonly store: BrokerStore
  readonly providers: Readonly<Record<string, TokenProvider>>
  readonly events: BrokerEventSource
  readonly connectMs: number
  readonly exchangeMs: number
  readonly storeMs: number
  readonly waitMs: number
  readonly freshMs: number
  readonly marginMs: number
  readonly now: () => number
  readonly onStep: (step: RefreshStep) => void | Promise<void>
  /** Aborts when the broker closes for good: saving is given up too. */
  readonly signal: AbortSignal
}
