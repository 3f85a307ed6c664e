import type { Login } from '@x/codex'
import { CODEX_VERSIONS, type CodexVersion } from '@x/codex'
import { z } from 'zod'
import { CommandFault } from './command-fault.ts'

/** What the environment decides. */
export interface Environment {
  readonly stateDir: string | undefined
  readonly cacheDir: string | undefined
  /** Who answers the agent; `undefined`: our offline model. */
  readonly login: Login | undefined
  readonly codexVersion: CodexVersion | undefined
  /** The MongoDB that keeps logins; `undefined`: a file of this machine does. */
  readonly mongoUrl: string | undefined
  /** Where the keys of the store lie; `undefined`: with the person's configuration. */
  readonly keysDir: string | undefined
  /** Where ChatGPT logins are renewed, made, and asked about, and who answers their sessions; `undefined`: the real ones. */
  readonly tokenUrl: string | undefined
  readonly loginIssuer: string | undefined
  readonly chatgptUrl: string | undefined
  readonly seedModelUrl: string | undefined
  /** A token younger than this is not renewed because a session comes back with it, in milliseconds; `undefined`: the broker's own. */
  readonly freshMs: number | undefined
  /** Where sessions run; `undefined`: on this machine. */
  readonly worker: string | undefined
  /** Where the person stood when they called us: npm moves to the package first. */
  readonly cwd: string
  readonly hasDesktop: boolean
  /** Show stacks. */
  readonly debug: boolean
}

const text = z
  .string()
  .optional()
  .transform((value) => (value === '' ? undefined : value))
const directory = text.refine(
  (value) => value === undefined || value.startsWith('/'),
  'must be an absolute path',
)

const address = text.refine(isHttp, 'must be an http(s) address')

const schema = z.object({
  X_STATE_DIR: directory,
  X_CACHE_DIR: directory,
  X_MODEL_BASE_URL: address,
  X_MODEL_KEY: text,
  X_MODEL: text,
  X_CODEX_VERSION: text.pipe(z.enum(CODEX_VERSIONS).optional()),
  X_WORKER: text,
  MONGODB_URI: text,
  X_KEYS_DIR: directory,
  X_TOKEN_URL: address,
  X_LOGIN_ISSUER: address,
  X_CHATGPT_URL: address,
  X_SEED_MODEL_URL: address,
  X_BROKER_FRESH_MS: text
    .transform((value) => (value === undefined ? undefined : Number(value)))
    .pipe(z.int().min(0).max(600_000).optional()),
  X_DEBUG: text,
  INIT_CWD: text,
  DISPLAY: text,
  WAYLAND_DISPLAY: text,
})

/** @throws CommandFault naming the variable */
export function readEnvironment(
  variables: Readonly<Record<string, string | undefined>> = process.env,
  platform: string = process.platform,
): Environment {
  const parsed = schema.safeParse(variables)
  if (!parsed.success) {
    const issue = parsed.error.issues[0]
    throw new CommandFault(`${issue?.path.join('.') ?? 'the environment'}: ${issue?.message ?? 'is wrong'}`, {
      remedy: 'Correct the variable, or unset it.',
    })
  }
  const env = parsed.data
  return {
    stateDir: env.X_STATE_DIR,
    cacheDir: env.X_CACHE_DIR,
    login: loginOf(env.X_MODEL_BASE_URL, env.X_MODEL_KEY, env.X_MODEL),
    codexVersion: env.X_CODEX_VERSION,
    mongoUrl: env.MONGODB_URI,
    keysDir: env.X_KEYS_DIR,
    tokenUrl: env.X_TOKEN_URL,
    loginIssuer: env.X_LOGIN_ISSUER,
    chatgptUrl: env.X_CHATGPT_URL,
    seedModelUrl: env.X_SEED_MODEL_URL,
    freshMs: env.X_BROKER_FRESH_MS,
    worker: env.X_WORKER,
    cwd: env.INIT_CWD ?? process.cwd(),
    hasDesktop: platform === 'darwin' || env.DISPLAY !== undefined || env.WAYLAND_DISPLAY !== undefined,
    debug: env.X_DEBUG === '1',
  }
}

function loginOf(baseUrl?: string, key?: string, model?: string): Login | undefined {
  if (baseUrl !== undefined)
    return {
      endpoint: { baseUrl, ...(key === undefined ? {} : { key }), ...(model === undefined ? {} : { model }) },
    }
  if (key === undefined) return undefined
  // A model of one's choice is part of an endpoint, and a bare key means OpenAI's.
  if (model === undefined) return { apiKey: key }
  return { endpoint: { baseUrl: 'https://api.openai.com/v1', key, model } }
}

function isHttp(value: string | undefined): boolean {
  return value === undefined || (URL.canParse(value) && /^https?:$/.test(new URL(value).protocol))
}
