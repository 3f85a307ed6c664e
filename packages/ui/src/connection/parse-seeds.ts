import type { Fault } from '@x/agents/conversation'
import {
  hasNumbers,
  hasStrings,
  isFields,
  isListOf,
  isMaybe,
  isOneOf,
  isString,
  parseAll,
  withoutBad,
} from './shapes.ts'
import type { Fields } from './shapes.ts'

/** How far a limit is used up. */
export interface Quota {
  readonly label: string
  readonly usedPercent: number
  readonly resetsAt?: number
  readonly model?: string
}

/** Whose login it is; anything may be unknown. */
export interface Account {
  readonly method?: string
  readonly name?: string
  readonly email?: string
  readonly plan?: string
  readonly expiresAt?: number
  readonly quotas?: readonly Quota[]
}

/** Who uses a login, or did when it was lost. */
export interface SeedUser {
  readonly name: string
  /** Set for a conversation of the list. */
  readonly sessionId?: string
  readonly worker?: string
  readonly since?: number
  readonly isLost?: boolean
}

/** What a check of a login found. */
export type Verdict = 'alive' | 'dead' | 'inconclusive'

export interface SeedVerdict {
  readonly verdict: Verdict
  readonly detail?: string
}

/** A stored login. Times are milliseconds since 1970. */
export interface Seed {
  readonly id: string
  readonly name: string
  readonly agent: string
  /** `unknown` and `dead` need a new login. */
  readonly state: 'idle' | 'refreshing' | 'unknown' | 'dead'
  readonly reason?: string
  readonly account?: Account
  readonly createdAt: number
  readonly savedAt: number
  readonly refreshedAt?: number
  readonly verified?: SeedVerdict & { readonly at: number }
  readonly users: readonly SeedUser[]
}

/** Somebody who is logging in. */
export interface SeedLogin {
  readonly id: string
  readonly method: 'device-code' | 'api-key'
  /** The seed that gets a new login by it. */
  readonly seedId?: string
  readonly status:
    | { readonly state: 'starting'; readonly doing: string; readonly progress?: number }
    | {
        readonly state: 'waiting'
        readonly url: string
        readonly code: string
        readonly expiresAt?: number
      }
    | { readonly state: 'done'; readonly seedId: string }
    | { readonly state: 'failed'; readonly fault: Fault }
}

export interface SeedLists {
  readonly seeds: readonly Seed[]
  readonly logins: readonly SeedLogin[]
}

/** Reads both lists. @returns `undefined` when they are none */
export function parseSeedLists(value: unknown): SeedLists | undefined {
  if (!isFields(value)) return undefined
  const seeds = parseAll(value['seeds'], parseSeed)
  const logins = parseAll(value['logins'], parseLogin)
  return seeds && logins && { seeds, logins }
}

/** @returns `undefined` when it is no stored login */
export function parseSeed(value: unknown): Seed | undefined {
  if (!hasStrings(value, 'id', 'name', 'agent') || !hasNumbers(value, 'createdAt', 'savedAt'))
    return undefined
  if (!isOneOf(value['state'], 'idle', 'refreshing', 'unknown', 'dead')) return undefined
  if (!isListOf(value['users'], (one) => hasStrings(one, 'name'))) return undefined
  const seed = withoutBad(value, {
    reason: isString,
    account: isFields,
    refreshedAt: isNumber,
    verified: (one) =>
      hasNumbers(one, 'at') &&
      isOneOf(one['verdict'], 'alive', 'dead', 'inconclusive') &&
      isMaybe(one['detail'], isString),
  })
  const users = (seed['users'] as readonly Fields[]).map((user) =>
    withoutBad(user, { sessionId: isString, worker: isString, since: isNumber, isLost: isBoolean }),
  )
  const { account } = seed
  const known = isFields(account) && { account: withoutBad(account, ACCOUNT) }
  return { ...seed, users, ...known } as unknown as Seed
}

/** @returns `undefined` when nobody is logging in by it */
export function parseLogin(value: unknown): SeedLogin | undefined {
  if (!hasStrings(value, 'id') || !isOneOf(value['method'], 'device-code', 'api-key')) return undefined
  return isStatus(value['status'])
    ? (withoutBad(value, { seedId: isString }) as unknown as SeedLogin)
    : undefined
}

/** @returns `undefined` when it is no answer to a check */
export function parseVerdict(value: unknown): SeedVerdict | undefined {
  if (!isFields(value) || !isOneOf(value['type'], 'alive', 'dead', 'inconclusive')) return undefined
  const detail = value['proof'] ?? value['reason']
  return { verdict: value['type'] as Verdict, ...(isString(detail) && { detail }) }
}

const ACCOUNT = {
  method: isString,
  name: isString,
  email: isString,
  plan: isString,
  expiresAt: isNumber,
  quotas: (value: unknown) =>
    isListOf(
      value,
      (one) =>
        hasStrings(one, 'label') && hasNumbers(one, 'usedPercent') && isMaybe(one['resetsAt'], isNumber),
    ),
}

function isStatus(value: unknown): boolean {
  if (!isFields(value)) return false
  switch (value['state']) {
    case 'starting':
      return hasStrings(value, 'doing') && isMaybe(value['progress'], isNumber)
    case 'waiting':
      return hasStrings(value, 'url', 'code') && isMaybe(value['expiresAt'], isNumber)
    case 'done':
      return hasStrings(value, 'seedId')
    case 'failed':
      return hasStrings(value['fault'], 'message')
    default:
      return false
  }
}

function isNumber(value: unknown): boolean {
  return Number.isFinite(value)
}

function isBoolean(value: unknown): boolean {
  return typeof value === 'boolean'
}
