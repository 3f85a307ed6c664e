import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import { renderBundle } from '../seeds/seed-bundle.ts'
import type { HeldRefresh, RefreshAnswer, RefreshOutcome } from '../store/refresh.ts'
import type { SeedKey, SeedRecord } from '../store/seed-record.ts'
import { StoreError } from '../store/store-error.ts'
import type { BrokerContext } from './broker-context.ts'
import { exchangeToken, type ExchangeResult } from './exchange-token.ts'
import { insist } from './insist.ts'
import { loadLogin, type LoadedLogin } from './load-login.ts'
import { renderMayHaveHappened } from './may-have-happened.ts'

/** After a failure without a word about when to come back. */
const RETRY_MS = 5_000
const MAX_RETRY_MS = 60 * 60_000

/** `settled`: it was ours and is over; look at the seed. Otherwise the store's answer to the claim. */
export type RefreshAttempt =
  { readonly type: 'settled' } | Exclude<RefreshAnswer, { readonly type: 'claimed' }>

/**
 * Renews the tokens of a login once, if nobody else does: claim, connect, mark, send, save.
 *
 * Whatever dies on the way leaves a login that is as it was (before the mark), saved (after the save), or `unknown`.
 * Nobody sees a new token before it is durable; one that can't be saved is kept here until it can.
 * @throws StoreError when the lock can't be had or the content can't be read
 * @throws BrokerError `unusable-login`, `no-provider`; nothing was sent
 */
export async function refreshLogin(
  context: BrokerContext,
  key: SeedKey & { readonly revision: number },
): Promise<RefreshAttempt> {
  const { store, exchangeMs, connectMs, storeMs, signal } = context
  const { owner, seedId, revision } = key
  const holder = `${hostname().slice(0, 100)} ${process.pid} ${randomUUID()}`
  const lockMs = connectMs + exchangeMs + storeMs
  const answer = await insist(() => store.refreshes.claim({ owner, seedId, revision, holder, lockMs }), {
    forMs: storeMs,
    signal,
  })
  if (answer.type !== 'claimed') return answer
  const { held } = answer
  let sent: Sent
  try {
    await context.onStep('claimed')
    sent = await send(context, held)
  } catch (error) {
    // Nothing has left, so nothing was learned.
    await settle(context, held, { type: 'untouched', reason: 'it could not be begun' })
    throw error
  }
  await context.onStep('answered')
  await conclude(context, held, sent)
  return { type: 'settled' }
}

interface Sent {
  readonly login: LoadedLogin
  readonly result: ExchangeResult
}

/** Throws only while nothing has been sent. */
async function send(context: BrokerContext, held: HeldRefresh): Promise<Sent> {
  const { store, connectMs, exchangeMs, storeMs, signal } = context
  const login = await loadLogin(context, held)
  const result = await exchangeToken(login.provider.renderRequest(login.refreshToken), {
    connectMs,
    answerMs: exchangeMs,
    async beforeSend() {
      await context.onStep('connected')
      await insist(() => store.refreshes.markSent(held), { forMs: storeMs / 2, signal })
    },
    onSent: () => void context.onStep('sent'),
  })
  return { login, result }
}

/** Throws nothing: from here on, only what the store is told counts. */
async function conclude(context: BrokerContext, held: HeldRefresh, { login, result }: Sent): Promise<void> {
  const { events } = context
  const judged = judge(login, result, context.now())
  if (judged.type === 'granted') {
    const saved = await save(context, held, judged.content)
    if (!saved) return
    await context.onStep('saved')
    events.tell('login-refreshed', { ...keyOf(held), revision: saved.revision })
    return
  }
  await settle(context, held, judged)
  const reason = judged.reason ?? 'nothing was said'
  const name = { untouched: 'refresh-failed', unknown: 'login-unknown', dead: 'login-dead' } as const
  events.tell(name[judged.type], { ...keyOf(held), reason })
}

type Judged = { readonly type: 'granted'; readonly content: Uint8Array } | RefreshOutcome

/** What came of it, and the content to save. Whoever can't make sense of an answer doesn't know what it has done. */
function judge({ provider, bundle }: LoadedLogin, result: ExchangeResult, now: number): Judged {
  if (result.type === 'not-sent')
    return { type: 'untouched', reason: line(result.reason), retryAfterMs: RETRY_MS }
  if (result.type === 'lost') return { type: 'unknown', reason: line(result.reason) }
  try {
    const verdict = provider.parseAnswer(result.answer)
    switch (verdict.type) {
      case 'granted': {
        const files = provider.renderLogin(bundle.files, verdict.tokens, now)
        return { type: 'granted', content: renderBundle({ ...bundle, files }) }
      }
      case 'refused':
        return { type: 'dead', reason: line(verdict.code) }
      case 'unreadable':
        return { type: 'unknown', reason: line(verdict.reason) }
      case 'undecided':
      case 'inconclusive': {
        const retryAfterMs = Math.ceil(Math.min(MAX_RETRY_MS, result.retryAfterMs ?? RETRY_MS))
        const reason = verdict.type === 'undecided' ? renderMayHaveHappened(verdict.reason) : verdict.reason
        return { type: 'untouched', reason: line(reason), retryAfterMs }
      }
    }
  } catch {
    return { type: 'unknown', reason: 'the answer could not be read' }
  }
}

/** Goes on until it is saved: the old token is spent, and this is the only one. `undefined` when the login was replaced. */
async function save(
  context: BrokerContext,
  held: HeldRefresh,
  content: Uint8Array,
): Promise<SeedRecord | undefined> {
  const { store, events, signal } = context
  const attempt = async (): Promise<SeedRecord> => {
    try {
      return await store.refreshes.save(held, { content: [content] })
    } catch (error) {
      if (error instanceof StoreError) throw error
      throw new StoreError('unreachable', 'the store has failed', { cause: error })
    }
  }
  try {
    const onFailure = (_: StoreError, tries: number): void =>
      events.tell('save-delayed', { ...keyOf(held), tries })
    return await insist(attempt, { signal, onFailure })
  } catch (error) {
    if (isOver(error)) return undefined
    // The broker or its store was closed: the store says `unknown` once the lock is over, and so do we.
    events.tell('login-unknown', { ...keyOf(held), reason: 'new tokens could not be saved' })
    return undefined
  }
}

/** When it can't be done, the lock ends by itself, and a refresh that was sent is unknown. */
async function settle(context: BrokerContext, held: HeldRefresh, outcome: RefreshOutcome): Promise<void> {
  const { store, signal } = context
  await insist(() => store.refreshes.settle(held, outcome), { signal }).catch(() => undefined)
}

function isOver(error: unknown): boolean {
  return error instanceof StoreError && ['lease-lost', 'not-found'].includes(error.code)
}

function keyOf({ owner, seedId }: SeedKey): SeedKey {
  return { owner, seedId }
}

/** As the store takes it. */
function line(text: string): string {
  return (
    text
      .replace(/[\p{Cc}\p{Surrogate}]/gu, ' ')
      .slice(0, 200)
      .trim() || 'nothing was said'
  )
}
