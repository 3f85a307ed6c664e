import { SeedError, type SeedAccount, type Seeds, type SeedSummary } from '@x/agents/seeds'
import { DisposeStack, type Host } from '@x/host'
import { ConfigError, SessionError } from '../errors.ts'
import { resolveStateDir } from '../home/x-directories.ts'
import { findInstallation } from '../provision/find-installation.ts'
import type { OnProgress } from '../provision/progress.ts'
import { NEWEST_CODEX, type CodexVersion } from '../provision/releases.ts'
import { RunningLogin, type LoginAttempt } from './login-attempt.ts'
import { openLoginHome, type LoginHome } from './login-home.ts'
import { loginOverCommand } from './login-over-command.ts'
import { loginOverProtocol } from './login-over-protocol.ts'
import { DEVICE_CODE_MS, type LoginMethod, type LoginProcess } from './login-process.ts'
import { parseAuthFile } from './parse-auth-file.ts'
import { CODEX_ISSUER } from './parse-verification.ts'
import { assertPrivateUrl } from './private-url.ts'

const AGENT = 'codex'

/** Who logs in, how, and where the login is kept. */
export interface StartLoginOptions {
  /** Where Codex runs meanwhile. The caller closes it, after the login. */
  readonly host: Host
  /** With the manifest of Codex. */
  readonly seeds: Seeds
  readonly owner: string
  /** What a person will call the seed. @default the e-mail address of the account, else `ChatGPT` or `API key` */
  readonly name?: string
  /** @default none: it is taken by its id alone */
  readonly pool?: string
  readonly method: LoginMethod
  /** A new login for the seed that has this id, of the same account: its id, name, handles and sessions stay. */
  readonly seedId?: string
  /** Where people log in, as Codex spells it; for tests, and for those who run their own. @default Codex's own */
  readonly issuer?: string
  /** How long the person may take, in milliseconds. @default 900_000: a code is good for 15 minutes */
  readonly timeoutMs?: number
  /** @default the newest that was tested */
  readonly version?: CodexVersion
  /** The native program on the host. @default the version is fetched, or found in the cache */
  readonly binary?: string
  /** @default `$XDG_CACHE_HOME/x`, else `~/.cache/x`, on the host */
  readonly cacheDir?: string
  /** @default `$XDG_STATE_HOME/x`, else `~/.local/state/x`, on the host; never under `/tmp` */
  readonly stateDir?: string
  /** Cancels it; `completed` then rejects with its reason. */
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}

/**
 * Logs in without a session: a Codex of its own asks for a code, or takes a key, in a private home that is removed with
 * all that is in it once the login is a seed, or came to nothing. Disposing the attempt cancels it.
 * @throws ConfigError before any process is started; SessionError `provision`, `handshake`, `login-refused`,
 * `login-unreachable`, `lost`; SeedError `in-use` for a seed whose lease somebody holds; StoreError, HostError
 */
export async function startLogin(options: StartLoginOptions): Promise<LoginAttempt> {
  const { host, method, signal, timeoutMs = DEVICE_CODE_MS, onProgress } = options
  assertOptions(options)
  signal?.throwIfAborted()
  await assertKeepable(options)
  await using opening = new DisposeStack()
  const [stateDir, installation] = await Promise.all([
    resolveStateDir(host, options.stateDir),
    findInstallation(options),
  ])
  onProgress?.({ doing: 'Starting Codex' })
  const home = opening.use(await openLoginHome(host, stateDir))
  const controller = new AbortController()
  const onAbort = (): void => controller.abort(signal?.reason)
  signal?.addEventListener('abort', onAbort, { once: true })
  opening.defer(() => signal?.removeEventListener('abort', onAbort))
  if (signal?.aborted === true) onAbort()
  const process = opening.use(await openProcess(options, installation, home, controller.signal))
  return new RunningLogin({
    process,
    resources: opening.move(),
    controller,
    timeoutMs: method.type === 'device-code' ? timeoutMs : undefined,
    hasLogin: () => hasLogin(host, home),
    keep: (account) => keep(options, home, account),
  })
}

function assertOptions({ method, name, issuer, timeoutMs }: StartLoginOptions): void {
  if (method.type === 'api-key' && !/^[\x21-\x7e]{1,4096}$/.test(method.key))
    throw new ConfigError('method.key', 'visible ASCII without blanks', 'something else (not shown)')
  if (name !== undefined && (name.trim() === '' || name.length > 200))
    throw new ConfigError('name', '1 to 200 characters', JSON.stringify(name.slice(0, 210)))
  if (timeoutMs !== undefined && !(timeoutMs > 0 && timeoutMs <= 2_147_483_647))
    throw new ConfigError('timeoutMs', 'a positive number of milliseconds', String(timeoutMs))
  if (issuer !== undefined) assertPrivateUrl('issuer', issuer)
}

/** Nobody is sent to a page for a login that could not be kept. */
async function assertKeepable({ seeds, owner, pool, seedId }: StartLoginOptions): Promise<void> {
  if (seedId === undefined) {
    await seeds.list({ owner, ...(pool !== undefined && { pool }) })
    return
  }
  const { agent, name, lease } = await seeds.get({ owner, seedId })
  if (agent !== AGENT) throw new ConfigError('seedId', 'a seed of Codex', `one of ${agent}`)
  if (lease)
    throw new SeedError(
      'in-use',
      `the seed ${JSON.stringify(name)} is used by ${lease.holder} on ${lease.worker}`,
      { lease },
    )
}

function openProcess(
  { host, method, issuer }: StartLoginOptions,
  installation: { readonly binary: string; readonly version: string },
  { directory, env }: LoginHome,
  signal: AbortSignal,
): Promise<LoginProcess> {
  const { binary, version } = installation
  const options = {
    binary,
    directory,
    env,
    issuer: issuer?.replace(/\/+$/, '') ?? CODEX_ISSUER,
    isOwnIssuer: issuer !== undefined,
    signal,
  }
  // App-servers before the newest know Codex's own issuer only.
  const isProtocol = issuer === undefined || version === NEWEST_CODEX || method.type === 'api-key'
  return isProtocol ? loginOverProtocol(host, method, options) : loginOverCommand(host, options)
}

async function hasLogin(host: Host, { env }: LoginHome): Promise<boolean> {
  const bytes = await host.files
    .read(`${env.CODEX_HOME}/auth.json`, { maxBytes: 1024 * 1024 })
    .catch(() => new Uint8Array())
  return ['chatgpt', 'api-key'].includes(parseAuthFile(bytes).kind)
}

/** Makes a seed of what lies in the home. */
async function keep(
  { host, seeds, owner, pool, name, seedId, method }: StartLoginOptions,
  { home }: LoginHome,
  account: SeedAccount,
): Promise<SeedSummary> {
  const seed =
    seedId === undefined
      ? await seeds.capture({
          agent: AGENT,
          host,
          home,
          owner,
          name: name ?? (method.type === 'api-key' ? 'API key' : 'ChatGPT'),
          ...(pool !== undefined && { pool }),
        })
      : await seeds.replaceLogin({ owner, seedId }, { host, home }).catch(refuseOther)
  const key = { owner, seedId: seed.seedId }
  try {
    if (name !== undefined && name !== seed.name) await seeds.rename(key, name)
    else if (seedId === undefined && name === undefined && seed.account?.email !== undefined)
      await seeds.rename(key, seed.account.email)
    return await seeds.describe(key, account)
  } catch {
    // The login is safe; what it is called can be said again.
    return seed
  }
}

function refuseOther(cause: unknown): never {
  if (!(cause instanceof SeedError) || cause.code !== 'other-account') throw cause
  throw new SessionError('login-other-account', cause.message, {
    cause,
    remedy: 'Log in as whom the seed belongs to, or begin a login for a new seed.',
  })
}
