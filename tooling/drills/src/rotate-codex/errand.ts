import type { LoginMode } from '@x/codex'
import type { StorePlace } from '../stores/store-place.ts'
import type { CodexVersion } from '../parse-arguments.ts'

/** How long a broker's lock lasts when it has died: all three together. */
export const LOCK_MS = { connectMs: 500, exchangeMs: 1_000, storeMs: 1_000 }

/** What a process with sessions is started with. */
export interface CodexErrand {
  readonly place: StorePlace
  readonly tokenUrl: string
  readonly modelUrl: string
  readonly stateDir: string
  readonly version: CodexVersion
  readonly binary: string
  readonly mode: LoginMode
  /** Brokered: sessions get what renews the login. Planted: nothing is saved back. */
  readonly sabotage: boolean
}

/** What it is told, one line each. */
export type CodexTask =
  | { readonly do: 'open'; readonly taskId: string; readonly seedId: string }
  | { readonly do: 'send'; readonly taskId: string; readonly n: number }
  | { readonly do: 'close' }

/** What it says. */
export type CodexLine =
  | { readonly ready: true }
  | { readonly opened: string; readonly fault?: string }
  | { readonly answered: string; readonly n: number; readonly status: string }
  | { readonly closed: true; readonly faults: readonly string[] }
