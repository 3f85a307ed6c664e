import type { ConversationEvent, Notice } from '@x/agents/conversation'
import type { ParamsOf, protocol } from '@x/codex-appserver'
import { boundText } from './bound-text.ts'

const MAX_NOTICE = 4 * 1024

/** From here on a person is told how much of a limit is used, in percent. */
const NEAR_LIMIT = 90

/** What Codex wants a person to know. The same words are one notice. */
export function notice(
  message: string,
  options: { readonly id?: string; readonly level?: Notice['level'] } = {},
): readonly ConversationEvent[] {
  const text = boundText(message, MAX_NOTICE)
  const { id = text, level = 'warning' } = options
  return [{ type: 'notice', notice: { id, level, message: text } }]
}

/** The bundled sandbox helper is what we install; that the system has none of its own is no news. */
export function configNotice({ summary }: ParamsOf<'configWarning'>): readonly ConversationEvent[] {
  return /bubblewrap/i.test(summary) ? [] : notice(summary)
}

export function deprecationNotice({
  summary,
  details,
}: ParamsOf<'deprecationNotice'>): readonly ConversationEvent[] {
  return notice(typeof details === 'string' && details !== '' ? `${summary} ${details}` : summary, {
    level: 'info',
  })
}

/** Limits are told after each answer of the model; a person hears of one that is nearly used up. */
export function rateLimitNotices({
  rateLimits,
}: ParamsOf<'account/rateLimits/updated'>): readonly ConversationEvent[] {
  const { primary, secondary, rateLimitReachedType } = rateLimits
  if (typeof rateLimitReachedType === 'string')
    return notice("The usage limit of this session's login is reached.", { id: 'rate-limit' })
  return [...limitNotice('primary', primary), ...limitNotice('secondary', secondary)]
}

function limitNotice(
  name: string,
  window: protocol.RateLimitWindow | null | undefined,
): readonly ConversationEvent[] {
  if (!window || window.usedPercent < NEAR_LIMIT) return []
  const { usedPercent, windowDurationMins } = window
  const span = typeof windowDurationMins === 'number' ? ` for ${duration(windowDurationMins)}` : ''
  const message = `${String(Math.round(usedPercent))} % of the usage limit${span} is used.`
  return notice(message, { id: `rate-limit-${name}` })
}

function duration(minutes: number): string {
  if (minutes < 120) return `${String(minutes)} minutes`
  return minutes < 48 * 60
    ? `${String(Math.round(minutes / 60))} hours`
    : `${String(Math.round(minutes / 1440))} days`
}

export function mcpServerNotice({
  name,
  status,
  error,
}: ParamsOf<'mcpServer/startupStatus/updated'>): readonly ConversationEvent[] {
  if (status !== 'failed') return []
  const why = typeof error === 'string' && error !== '' ? `: ${error}` : ''
  return notice(`The MCP server "${name}" did not start${why}`, { id: `mcp-${name}` })
}

/** That someone is logged out is told until it is said that someone is logged in. */
export function accountNotice({ authMode }: ParamsOf<'account/updated'>): readonly ConversationEvent[] {
  return authMode === null || authMode === undefined ? notice('Codex is logged out.', { id: 'account' }) : []
}

export function loginNotice({
  success,
  error,
}: ParamsOf<'account/login/completed'>): readonly ConversationEvent[] {
  if (success) return notice('Codex is logged in.', { id: 'account', level: 'info' })
  return notice(`The login failed${typeof error === 'string' ? `: ${error}` : ''}`, { id: 'account' })
}
