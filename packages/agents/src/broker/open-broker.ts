import { setTimeout as delay } from 'node:timers/promises'
import type { HandleRecord } from '../store/handle.ts'
import type { BrokerContext, BrokerStore, RefreshStep } from './broker-context.ts'
import { BrokerEventSource } from './broker-events.ts'
import type { Broker } from './broker.ts'
import { HandleDoor } from './handle-door.ts'
import { LoginKeeper } from './login-keeper.ts'
import { RefreshAhead } from './refresh-ahead.ts'
import { createHandle, hashHandle } from './session-handle.ts'
import { openTokenEndpoint } from './token-endpoint.ts'
import type { TokenProvider } from './token-provider.ts'

const MAX_MS = 30 * 24 * 60 * 60_000

export interface BrokerOptions {
  /** Stays the caller's, who closes it after the broker. */
  readonly store: BrokerStore
  /** By the agent of a seed. */
  readonly providers: Readonly<Record<string, TokenProvider>>
  /** On loopback. @default 0, any */
  readonly port?: number
  /** How long a handle is good without `extend`, in milliseconds. @default 7 days */
  readonly handleMs?: number
  /** For the connection to the provider, in milliseconds. @default 10_000 */
  readonly connectMs?: number
  /** For the provider's answer, in milliseconds; what takes longer is unknown. @default 60_000 */
  readonly exchangeMs?: number
  /**
   * For the store's part of a refresh, in milliseconds. The lock lasts as long as all three together: so long after a
   * broker has died in the middle, another one knows.
   * @default 15_000
   */
  readonly storeMs?: number
  /** How long a session waits for a refresh before it is told to come back, in milliseconds. @default 20_000 */
  readonly waitMs?: number
  /** A token younger than this is not renewed because a session comes back with it, in milliseconds. @default 30_000 */
  readonly freshMs?: number
  /** What is not good for so long any more is renewed first, in milliseconds. @default 60_000 */
  readonly marginMs?: number
  /** Logins in use are renewed when this part of the token's life is left, give or take a third. @default 0.2 */
  readonly aheadShare?: number
  /** How many requests a handle may make at once, and each second after that. @default 30 and 0.5 */
  readonly rate?: { readonly burst: number; readonly perSecond: number }
  /** How long `close` waits for refreshes, in milliseconds. @default 10_000 */
  readonly closeMs?: number
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: () => number
  /** Hears how far each refresh has come, which waits for it. What it throws is dropped. */
  readonly onStep?: (step: RefreshStep) => void | Promise<void>
}

/**
 * Opens the broker of this orchestrator. Any number of them, on any number of machines, share the logins of one store.
 * @throws RangeError for durations that are none
 * @throws BrokerError `port-taken`
 */
export async function openBroker(options: BrokerOptions): Promise<Broker> {
  const { store, port = 0, handleMs = 7 * 24 * 60 * 60_000, closeMs = 10_000, aheadShare = 0.2 } = options
  const ending = new AbortController()
  const context = resolveContext(options, ending.signal)
  checkDurations({ handleMs, closeMs })
  const keeper = new LoginKeeper(context)
  const ahead = new RefreshAhead({
    share: aheadShare,
    marginMs: context.marginMs,
    now: context.now,
    isUsed: async ({ owner, seedId }) => (await store.handles.list({ owner, seedId })).length > 0,
    current: (key) => keeper.current(key),
    renew: (key) => keeper.tokens(key, { force: true }),
  })
  const door = new HandleDoor({ context, keeper, ahead, ...(options.rate && { rate: options.rate }) })
  const endpoint = await openTokenEndpoint({ port, answer: (shown) => door.answer(shown) })
  let closing: Promise<void> | undefined
  const close = async (): Promise<void> => {
    ahead.close()
    await endpoint.close()
    await Promise.race([keeper.idle(), delay(closeMs, undefined, { ref: false })])
    ending.abort()
  }
  const broker: Broker = {
    url: `http://127.0.0.1:${endpoint.port}/oauth/token`,
    port: endpoint.port,
    async issue({ owner, seedId, session }) {
      const { seed, ...tokens } = await keeper.tokens({ owner, seedId })
      const handle = createHandle()
      const hash = hashHandle(handle) ?? ''
      await store.handles.insert({
        owner,
        seedId,
        session,
        hash,
        revision: seed.revision,
        lifetimeMs: handleMs,
      })
      door.know(hash, seed.revision)
      ahead.watch({ ...tokens, seed })
      return { ...tokens, handle, seed }
    },
    extend: ({ owner, session }) => store.handles.extend({ owner, session }, { lifetimeMs: handleMs }),
    revoke: (of) => store.handles.revoke(of),
    sessions: async ({ owner, seedId }) => sessionsOf(await store.handles.list({ owner, seedId })),
    async tokens({ owner, seedId }, { force = false } = {}) {
      const { seed, ...tokens } = await keeper.tokens({ owner, seedId }, { force })
      return tokens
    },
    on: (name, listener) => context.events.on(name, listener),
    close: () => (closing ??= close()),
    [Symbol.asyncDispose]: () => broker.close(),
  }
  return broker
}

function resolveContext(options: BrokerOptions, signal: AbortSignal): BrokerContext {
  const {
    connectMs = 10_000,
    exchangeMs = 60_000,
    storeMs = 15_000,
    waitMs = 20_000,
    freshMs = 30_000,
    marginMs = 60_000,
    now = Date.now,
    onStep,
  } = options
  checkDurations({ connectMs, exchangeMs, storeMs, waitMs, freshMs, marginMs })
  return {
    store: options.store,
    providers: options.providers,
    events: new BrokerEventSource(),
    connectMs,
    exchangeMs,
    storeMs,
    waitMs,
    freshMs,
    marginMs,
    now,
    async onStep(step) {
      try {
        await onStep?.(step)
      } catch {
        // Whoever listens must not decide what becomes of a token.
      }
    },
    signal,
  }
}

function checkDurations(durations: Readonly<Record<string, number>>): void {
  for (const [name, value] of Object.entries(durations))
    if (!Number.isFinite(value) || value < 0 || value > MAX_MS)
      throw new RangeError(`expected ${name} from 0 to ${MAX_MS} milliseconds, got ${String(value)}`)
}

function sessionsOf(handles: readonly HandleRecord[]): readonly string[] {
  return [...new Set(handles.map(({ session }) => session))]
}
