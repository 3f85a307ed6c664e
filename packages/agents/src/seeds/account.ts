import type { Json, JsonObject } from '../store/json.ts'

/** How far a limit is used up. */
export interface SeedQuota {
  /** For example `weekly`. */
  readonly label: string
  /** From 0; 100 and more is used up. */
  readonly usedPercent: number
  /** Milliseconds since 1970. */
  readonly resetsAt?: number
  /** Set when it counts for this model alone. */
  readonly model?: string
}

/** Whose login it is, for a person to see. Stored in clear, so never a secret; anything may be unknown. */
export interface SeedAccount {
  /** How one has logged in, for example `chatgpt` or `api-key`. */
  readonly method?: string
  readonly name?: string
  readonly email?: string
  readonly plan?: string
  readonly accountId?: string
  /** Until when what was stored last is good without being renewed, in milliseconds since 1970. */
  readonly expiresAt?: number
  readonly quotas?: readonly SeedQuota[]
}

const TEXTS = ['method', 'name', 'email', 'plan', 'accountId'] as const
const MAX_TEXT = 200
const MAX_QUOTAS = 32

/**
 * What of `value` is an account: the known fields with values of the right kind. Anything else is left out, and so is
 * what could be a token.
 */
export function normaliseAccount(value: unknown): SeedAccount | undefined {
  if (!isObject(value)) return undefined
  const account: { -readonly [K in keyof SeedAccount]: SeedAccount[K] } = {}
  for (const field of TEXTS) {
    const text = plainText(value[field])
    if (text !== undefined) account[field] = text
  }
  const expiresAt = instant(value['expiresAt'])
  if (expiresAt !== undefined) account.expiresAt = expiresAt
  const quotas: unknown = value['quotas']
  if (Array.isArray(quotas)) account.quotas = quotas.slice(0, MAX_QUOTAS).flatMap((one) => quotaOf(one) ?? [])
  return Object.keys(account).length > 0 ? account : undefined
}

/** As metadata of a seed. */
export function renderAccount({ quotas, ...rest }: SeedAccount): JsonObject {
  return { ...rest, ...(quotas && { quotas: renderQuotas(quotas) }) }
}

export function renderQuotas(quotas: readonly SeedQuota[]): Json[] {
  return quotas.map((quota): Json => ({ ...quota }))
}

/** Whose login a seed is, by its metadata: quotas that were told later than the rest count. */
export function accountIn({ account, quotas }: JsonObject): SeedAccount | undefined {
  if (quotas === undefined) return normaliseAccount(account)
  return normaliseAccount({ ...normaliseAccount(account), quotas })
}

/** A short line without control characters that holds no token; undefined for anything else. */
export function plainText(value: unknown): string | undefined {
  if (typeof value !== 'string') return undefined
  const text = value
    .replace(/[\p{Cc}\p{Surrogate}]+/gu, ' ')
    .trim()
    .slice(0, MAX_TEXT)
  // Tokens are long and have no blanks; names, plans and ids are neither.
  return text === '' || /[\w.~+/=-]{65,}|\beyJ[\w-]{10}/.test(text) || /\bsk-[\w-]{12}/.test(text)
    ? undefined
    : text
}

function quotaOf(value: unknown): SeedQuota | undefined {
  if (!isObject(value)) return undefined
  const [label, usedPercent] = [plainText(value['label']), value['usedPercent']]
  if (label === undefined || typeof usedPercent !== 'number' || !(usedPercent >= 0)) return undefined
  const [resetsAt, model] = [instant(value['resetsAt']), plainText(value['model'])]
  return {
    label,
    usedPercent: Math.min(usedPercent, 1_000),
    ...(resetsAt !== undefined && { resetsAt }),
    ...(model !== undefined && { model }),
  }
}

function instant(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= 8.64e15 ? Math.floor(value) : undefined
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
