import { checkCount, checkId, checkMs, checkWord } from './check.ts'
import type { HandleFilter, NewHandle } from './handle.ts'
import type { HeldRefresh, LoginReplacement, RefreshClaim, RefreshOutcome } from './refresh.ts'
import { checkSeedKey } from './seed-input.ts'
import type { SeedKey } from './seed-record.ts'

// What both stores do with what callers hand in. Everything here throws before anything was read or written.

const OUTCOMES = ['untouched', 'unknown', 'dead']

export function checkRefreshClaim(claim: RefreshClaim): void {
  checkSeedKey(claim)
  checkCount('revision', claim.revision)
  checkWord('holder', claim.holder)
  checkMs('lockMs', claim.lockMs)
}

export function checkHeldRefresh(held: HeldRefresh): void {
  checkSeedKey(held)
  checkCount('fence', held.fence)
  checkCount('revision', held.revision)
}

export function checkRefreshOutcome(outcome: RefreshOutcome): void {
  if (!OUTCOMES.includes(outcome.type))
    throw new TypeError('expected an outcome of untouched, unknown or dead')
  if (outcome.reason !== undefined) checkWord('reason', outcome.reason)
  if (outcome.type === 'untouched' && outcome.retryAfterMs !== undefined)
    checkMs('retryAfterMs', outcome.retryAfterMs)
}

export function checkLoginReplacement(key: SeedKey, { revision }: LoginReplacement): void {
  checkSeedKey(key)
  checkCount('revision', revision)
}

export function checkHandleHash(hash: string): void {
  if (typeof hash !== 'string' || !/^[0-9a-f]{64}$/.test(hash))
    throw new TypeError('expected hash to be 64 hexadecimal digits')
}

export function checkNewHandle(handle: NewHandle): void {
  checkSeedKey(handle)
  checkHandleHash(handle.hash)
  checkWord('session', handle.session)
  checkCount('revision', handle.revision)
  checkMs('lifetimeMs', handle.lifetimeMs)
}

export function checkHandleFilter({ owner, seedId, session }: HandleFilter): void {
  checkWord('owner', owner)
  if (seedId !== undefined) checkId('seedId', seedId)
  if (session !== undefined) checkWord('session', session)
}
