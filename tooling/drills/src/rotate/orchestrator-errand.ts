import type { RefreshStep } from '@x/agents/broker'
import type { StorePlace } from '../stores/store-place.ts'

/** How long a broker's lock lasts when it has died: all three together. */
export const LOCK_MS = { connectMs: 500, exchangeMs: 1_000, storeMs: 1_000 }

/** Where a broker dies: at one of its steps, or right behind its mark in the store. */
export type DeathStep = RefreshStep | 'marked'

/** What a broker's process is started with. */
export interface OrchestratorErrand {
  readonly place: StorePlace
  readonly tokenUrl: string
  /** How often a call of the store fails: half of them before they did anything, half of them after. */
  readonly failing: number
  /** Of which calls fail. */
  readonly seed: number
  /** Tries again what is unknown. */
  readonly sabotage: boolean
}

/** What it is told, one line each. */
export type OrchestratorTask =
  | { readonly do: 'issue'; readonly seedId: string; readonly session: string }
  | { readonly do: 'die'; readonly at: DeathStep }

/** What it says. */
export type OrchestratorLine =
  | { readonly ready: string }
  | { readonly issued: string; readonly handle: string }
  | { readonly failed: string }
