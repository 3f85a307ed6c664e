import type { SeedAccount, SeedQuota } from '@x/agents/seeds'
import { RequestTimeoutError, RpcError, type AppServerClient, type protocol } from '@x/codex-appserver'

/** What Codex calls the limits that count for all of its models together. */
const ALL_MODELS = 'codex'

/**
 * Asks an app-server whose login it has, with its plan and limits, in the words of a seed; for `seeds.describe`. What it
 * can't say is left out: it asks ChatGPT itself, which may be out of reach. Nothing is renewed by asking, unless ChatGPT
 * refuses the access token: Codex then renews it by itself.
 * @throws ConnectionClosedError, ProtocolError; the reason of `signal`
 */
export async function readAccount(
  client: AppServerClient,
  { signal }: { readonly signal?: AbortSignal } = {},
): Promise<SeedAccount> {
  const options = signal ? { signal } : {}
  const [who, limits] = await Promise.all([
    client.request('account/read', {}, options).catch(nothing),
    client.request('account/rateLimits/read', undefined, options).catch(nothing),
  ])
  const account = who?.account
  const quotas = limits ? quotasOf(...snapshotsOf(limits)) : []
  const plan = account?.type === 'chatgpt' ? account.planType : limits?.rateLimits.planType
  return {
    ...(account?.type === 'apiKey' && { method: 'api-key' }),
    ...(account?.type === 'chatgpt' && { method: 'chatgpt' }),
    ...(account?.type === 'chatgpt' && account.email !== null && { email: account.email }),
    ...(plan != null && plan !== 'unknown' && { plan }),
    ...(quotas.length > 0 && { quotas }),
  }
}

/**
 * What `account/rateLimits/updated` says, laid over what was known: limits that it does not tell stay.
 * @param known the quotas of the seed so far
 */
export function quotasAfter(
  known: readonly SeedQuota[] | undefined,
  told: protocol.RateLimitSnapshot,
): readonly SeedQuota[] {
  return mergeQuotas(known ?? [], quotasOf(told))
}

/** What was told last of each limit. Pure. */
export function mergeQuotas(known: readonly SeedQuota[], fresh: readonly SeedQuota[]): readonly SeedQuota[] {
  const isTold = (old: SeedQuota) =>
    fresh.some(({ label, model }) => label === old.label && model === old.model)
  return [...fresh, ...known.filter((old) => !isTold(old))]
}

function snapshotsOf(answer: protocol.GetAccountRateLimitsResponse): readonly protocol.RateLimitSnapshot[] {
  const all = Object.values(answer.rateLimitsByLimitId ?? {})
  return all.length > 0 ? all : [answer.rateLimits]
}

function quotasOf(...snapshots: readonly protocol.RateLimitSnapshot[]): SeedQuota[] {
  return snapshots.flatMap(({ limitId, limitName, normalModelSlug, primary, secondary }) => {
    const model =
      limitId == null || limitId === ALL_MODELS ? undefined : (normalModelSlug ?? limitName ?? limitId)
    return [primary, secondary].flatMap((window) => {
      if (!window) return []
      const { usedPercent, resetsAt, windowDurationMins } = window
      return {
        label: labelOf(windowDurationMins),
        usedPercent,
        // Codex counts in seconds.
        ...(resetsAt != null && { resetsAt: resetsAt * 1_000 }),
        ...(model !== undefined && { model }),
      }
    })
  })
}

const HOUR = 60
const DAY = 24 * HOUR
const WEEK = 7 * DAY

function labelOf(minutes: number | null | undefined): string {
  if (minutes == null) return 'limit'
  if (minutes === WEEK) return 'weekly'
  if (minutes === DAY) return 'daily'
  if (minutes % DAY === 0) return `${minutes / DAY} days`
  return minutes % HOUR === 0 ? `${minutes / HOUR} hours` : `${minutes} minutes`
}

/** What Codex refuses to say, or not in time, is unknown. */
function nothing(error: unknown): undefined {
  if (error instanceof RpcError || error instanceof RequestTimeoutError) return undefined
  throw error
}
