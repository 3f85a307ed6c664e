import type { SeedFiles, SeedManifest, SeedVerdict } from '@x/agents/seeds'
import { anySignal } from '../any-signal.ts'
import { codexSeedManifest } from './codex-seed-manifest.ts'
import { parseAuthFile, parseTokenClaims, type ChatGptLogin } from './parse-auth-file.ts'
import { parseTokenAnswer } from './parse-token-answer.ts'
import { assertPrivateUrl } from './private-url.ts'

const AUTH = '.codex/auth.json'
const TIMEOUT_MS = 20_000
const MAX_ANSWER = 256 * 1024
/** Longer than a request takes: what is refused at its end was refused for its age. */
const MARGIN_MS = 60_000

/** What says of an account that it will never be good again. A token that is refused may be renewed. */
const DEAD_ACCOUNTS = new Set(['account_deactivated', 'account_deleted'])
/** What says of a key that it is none, or none any more. */
const DEAD_KEYS = new Set(['account_deactivated', 'invalid_api_key'])

/** Where ChatGPT answers for its logins. */
export const CHATGPT_URL = 'https://chatgpt.com/backend-api'
/** Where OpenAI's API is. */
export const OPENAI_API_URL = 'https://api.openai.com/v1'

export interface CodexSeedManifestOptions {
  /** Who is asked about ChatGPT logins; no default, so that nobody asks the real one by accident. {@link CHATGPT_URL} */
  readonly chatgptUrl: string
  /** Who is asked about API keys. {@link OPENAI_API_URL} */
  readonly apiUrl: string
}

/**
 * `codexSeedManifest`, and who is asked whether a login still works.
 *
 * Of a ChatGPT login the access token is shown, never the refresh token: that one works once. So one whose access token
 * has expired or is refused is inconclusive, and the broker finds out when it renews it.
 * @throws ConfigError for addresses that are none, or that a network could listen to
 */
export function createCodexSeedManifest({ chatgptUrl, apiUrl }: CodexSeedManifestOptions): SeedManifest {
  assertPrivateUrl('chatgptUrl', chatgptUrl)
  assertPrivateUrl('apiUrl', apiUrl)
  const verify = (files: SeedFiles, { signal }: { readonly signal: AbortSignal }): Promise<SeedVerdict> => {
    const auth = parseAuthFile(files.get(AUTH) ?? new Uint8Array())
    if (auth.kind === 'chatgpt') return verifyChatGpt(chatgptUrl, auth, signal)
    if (auth.kind === 'api-key') return verifyKey(apiUrl, auth.key, signal)
    return Promise.resolve({ type: 'inconclusive', reason: 'nobody knows how to check such a login' })
  }
  return { ...codexSeedManifest, verify }
}

async function verifyChatGpt(base: string, login: ChatGptLogin, signal: AbortSignal): Promise<SeedVerdict> {
  const { expiresAt, accountId } = parseTokenClaims(login.accessToken)
  if (expiresAt === undefined || expiresAt < Date.now() + MARGIN_MS)
    return unsure('its access token has expired; the broker will know at the next refresh')
  const account = login.accountId ?? accountId
  const answer = await ask(
    `${base}/wham/usage`,
    {
      authorization: `Bearer ${login.accessToken}`,
      ...(account !== undefined && { 'chatgpt-account-id': account }),
    },
    signal,
  )
  if (answer === undefined) return unsure('ChatGPT could not be reached')
  const { status, code, isJson } = answer
  if (status === 200) return isJson ? { type: 'alive' } : unsure('what has answered is not ChatGPT')
  if (isRefusal(status) && code !== undefined && DEAD_ACCOUNTS.has(code)) return { type: 'dead', proof: code }
  if (status === 401) return unsure('its access token is refused; the broker will know at the next refresh')
  return unsure(`ChatGPT answered with status ${status}`)
}

async function verifyKey(base: string, key: string, signal: AbortSignal): Promise<SeedVerdict> {
  const answer = await ask(`${base}/models`, { authorization: `Bearer ${key}` }, signal)
  if (answer === undefined) return unsure('the API could not be reached')
  const { status, code, isJson } = answer
  if (status === 200) return isJson ? { type: 'alive' } : unsure('what has answered is not the API')
  if (isRefusal(status) && code !== undefined && DEAD_KEYS.has(code)) return { type: 'dead', proof: code }
  return unsure(`the API answered with status ${status}`)
}

const isRefusal = (status: number): boolean => status === 401 || status === 403

function unsure(reason: string): SeedVerdict {
  return { type: 'inconclusive', reason }
}

interface Answer {
  readonly status: number
  readonly code: string | undefined
  readonly isJson: boolean
}

/** @returns undefined when nobody answers. @throws the reason of `signal` */
async function ask(
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Answer | undefined> {
  try {
    const response = await fetch(url, {
      headers: { ...headers, accept: 'application/json' },
      // A token goes where it was meant to go.
      redirect: 'manual',
      signal: anySignal([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    const body = await bounded(response)
    return { status: response.status, code: parseTokenAnswer(body).code, isJson: /^\s*[[{]/.test(body) }
  } catch {
    signal.throwIfAborted()
    return undefined
  }
}

/** No answer of interest is longer. */
async function bounded({ body }: Response): Promise<string> {
  if (!body) return ''
  const reader = body.getReader()
  const decoder = new TextDecoder()
  let text = ''
  for (;;) {
    const { done, value } = await reader.read()
    if (done) return text
    text += decoder.decode(value, { stream: true })
    if (text.length < MAX_ANSWER) continue
    await reader.cancel()
    return text
  }
}
