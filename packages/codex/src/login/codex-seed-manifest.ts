import { createHash } from 'node:crypto'
import type { SeedAccount, SeedFiles, SeedFlaw, SeedManifest } from '@x/agents/seeds'
import { parse, stringify } from 'smol-toml'
import { parseAuthFile, parseTokenClaims, type AuthFile } from './parse-auth-file.ts'

const AUTH = '.codex/auth.json'

/** What a person chooses once and wants everywhere. Anything else of a config could name programs, or other servers. */
const CARRIED_KEYS = [
  'model',
  'model_reasoning_effort',
  'model_reasoning_summary',
  'model_verbosity',
  'personality',
  'service_tier',
]

/** What the broker gives to sessions in place of a refresh token. It ends with its session. */
const SESSION_HANDLE = /^xh_[\w-]{43}$/

/**
 * A Codex login: `auth.json`, the OAuth credentials of MCP servers beside it, and the choice of a model.
 *
 * A refresh token works once. So a ChatGPT login that is planted needs a lease, and the file that Codex writes in its
 * place is saved back; an API key may be anywhere at once.
 */
export const codexSeedManifest: SeedManifest = {
  agent: 'codex',
  version: 1,
  files: [
    { path: AUTH, kind: 'credential', required: true, check: flawOfAuth },
    { path: '.codex/.credentials.json', kind: 'credential', check: flawOfJson },
    { path: '.codex/config.toml', kind: 'configuration', pick: pickConfig, merge: mergeConfig },
  ],
  generation,
  identity,
  isNewer,
  isShareable: (files) => authOf(files).kind === 'api-key' && !files.has('.codex/.credentials.json'),
  account,
}

function authOf(files: SeedFiles): AuthFile {
  return parseAuthFile(files.get(AUTH) ?? new Uint8Array())
}

function flawOfAuth(bytes: Uint8Array): SeedFlaw | undefined {
  const auth = parseAuthFile(bytes)
  switch (auth.kind) {
    case 'chatgpt':
      if (!SESSION_HANDLE.test(auth.refreshToken)) return undefined
      return { kind: 'unusable', reason: 'holds the handle of a session, whose login is with the broker' }
    case 'api-key':
      return undefined
    case 'broken':
      return { kind: 'half-written', reason: 'is not whole' }
    case 'none':
      return { kind: 'logged-out', reason: 'holds no login: nobody is logged in' }
    case 'other':
      return { kind: 'unusable', reason: 'holds a login without the tokens that would renew it' }
  }
}

function flawOfJson(bytes: Uint8Array): SeedFlaw | undefined {
  try {
    JSON.parse(Buffer.from(bytes).toString('utf8'))
    return undefined
  } catch {
    return { kind: 'half-written', reason: 'is not whole' }
  }
}

/** Codex has rotated when the refresh token or the time of the refresh is another one; so have MCP credentials. */
function generation(files: SeedFiles): string {
  const auth = authOf(files)
  const own = auth.kind === 'chatgpt' ? [auth.refreshToken, auth.lastRefresh ?? 0] : [digest(files.get(AUTH))]
  return digest(Buffer.from(JSON.stringify([...own, digest(files.get('.codex/.credentials.json'))])))
}

function identity(files: SeedFiles): string {
  const auth = authOf(files)
  if (auth.kind === 'api-key') return `api-key ${digest(Buffer.from(auth.key))}`
  if (auth.kind !== 'chatgpt') return auth.kind
  const { accountId, userId, subject } = parseTokenClaims(auth.idToken)
  return JSON.stringify([auth.kind, auth.accountId ?? accountId ?? null, userId ?? subject ?? null])
}

function isNewer(live: SeedFiles, stored: SeedFiles): boolean {
  const [ours, theirs] = [authOf(live), authOf(stored)]
  if (ours.kind !== 'chatgpt' || theirs.kind !== 'chatgpt') return true
  return (ours.lastRefresh ?? 0) >= (theirs.lastRefresh ?? 0)
}

function account(files: SeedFiles): SeedAccount | undefined {
  const auth = authOf(files)
  if (auth.kind === 'api-key') return { method: 'api-key' }
  if (auth.kind !== 'chatgpt') return undefined
  const { name, email, plan, accountId } = parseTokenClaims(auth.idToken)
  const { expiresAt } = parseTokenClaims(auth.accessToken)
  const id = auth.accountId ?? accountId
  return {
    method: 'chatgpt',
    ...(name !== undefined && { name }),
    ...(email !== undefined && { email }),
    ...(plan !== undefined && { plan }),
    ...(id !== undefined && { accountId: id }),
    ...(expiresAt !== undefined && { expiresAt }),
  }
}

/** @throws when it is no TOML */
function pickConfig(bytes: Uint8Array): Uint8Array {
  const config = parse(Buffer.from(bytes).toString('utf8'))
  // The name of a model means something else at another provider.
  const keys = 'model_provider' in config ? CARRIED_KEYS.filter((key) => key !== 'model') : CARRIED_KEYS
  const chosen = keys.flatMap((key) => (typeof config[key] === 'string' ? [[key, config[key]] as const] : []))
  return Buffer.from(stringify(Object.fromEntries(chosen)))
}

function mergeConfig(base: Uint8Array, over: Uint8Array): Uint8Array {
  const [one, other] = [base, over].map((bytes) => parse(Buffer.from(bytes).toString('utf8')))
  return Buffer.from(stringify({ ...one, ...other }))
}

function digest(bytes: Uint8Array | undefined): string {
  return bytes === undefined ? '' : createHash('sha256').update(bytes).digest('hex')
}
