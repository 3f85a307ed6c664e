/** One window of a limit, as Codex shows it. */
export interface RateLimitWindow {
  /** 0 to 100; Codex rounds it. */
  readonly usedPercent: number
  readonly windowMinutes?: number
  /** In seconds since 1970. */
  readonly resetsAt?: number
}

/** What Codex hears about the account's limits, in headers of the answer. */
export interface RateLimits {
  /** The shorter window, such as five hours. */
  readonly primary?: RateLimitWindow
  /** The longer one, such as a week. */
  readonly secondary?: RateLimitWindow
  readonly credits?: {
    readonly hasCredits: boolean
    readonly unlimited: boolean
    readonly balance?: string
  }
}

/** The headers that make Codex report these limits (`account/rateLimits/updated`). */
export function renderRateLimits({
  primary,
  secondary,
  credits,
}: RateLimits): Readonly<Record<string, string>> {
  return withoutUndefined({
    ...windowHeaders('x-codex-primary', primary),
    ...windowHeaders('x-codex-secondary', secondary),
    'x-codex-credits-has-credits': credits?.hasCredits,
    'x-codex-credits-unlimited': credits?.unlimited,
    'x-codex-credits-balance': credits?.balance,
  })
}

function windowHeaders(
  prefix: string,
  window: RateLimitWindow | undefined,
): Readonly<Record<string, number | undefined>> {
  return {
    [`${prefix}-used-percent`]: window?.usedPercent,
    [`${prefix}-window-minutes`]: window?.windowMinutes,
    [`${prefix}-reset-at`]: window?.resetsAt,
  }
}

function withoutUndefined(
  headers: Readonly<Record<string, string | number | boolean | undefined>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, String(value)]])),
  )
}
