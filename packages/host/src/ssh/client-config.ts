import { evaluateConfig, type ClientConfig, type ConfigValues } from './evaluate-config.ts'
import { expandHome } from './expand-home.ts'
import { parseTarget, type SshTarget } from './parse-target.ts'

/** All that decides how a machine is reached. */
export interface SshDestination {
  readonly host: string
  readonly port: number
  readonly user: string
  /** What stands for the machine in known-hosts files: `host`, `[host]:port`, or the config's `HostKeyAlias`. */
  readonly hostKeyName: string
  /** Absolute paths, in the order in which they are tried. */
  readonly identityFiles: readonly string[]
  /** Keys of the agent that no identity file names are not tried. */
  readonly identitiesOnly: boolean
  /** The agent that the config names; `none` means no agent. */
  readonly agent: string | undefined
  /** Absolute paths; empty: the defaults. */
  readonly knownHostsFiles: readonly string[]
  /** What the config says about keys that nobody knows: `off` is said, but never done. */
  readonly strictness: 'accept-new' | 'off' | undefined
  /** Machines on the way, nearest first. */
  readonly jumps: readonly SshTarget[]
  /** For a shell, with its tokens filled in: its input and output are the way there. */
  readonly proxyCommand: string | undefined
  readonly connectTimeoutMs: number | undefined
  readonly keepAliveIntervalMs: number | undefined
  readonly keepAliveCountMax: number | undefined
}

/** What the config's tokens and defaults are made of. */
export interface LocalAccount {
  readonly home: string
  readonly user: string
  /** A variable of our environment. */
  readonly variable: (name: string) => string | undefined
}

/**
 * Lays the OpenSSH client's config over a target; what the target says itself counts more. Understood are `HostName`,
 * `User`, `Port`, `IdentityFile`, `IdentitiesOnly`, `IdentityAgent`, `ProxyJump`, `ProxyCommand`, `HostKeyAlias`,
 * `UserKnownHostsFile`, `StrictHostKeyChecking`, `ConnectTimeout`, `ServerAliveInterval` and `ServerAliveCountMax`, in
 * `Host` and `Match` blocks and in what is included. `Match exec` never matches: reading a config runs no program.
 * @throws TypeError for a port, a jump, a token or a variable that is none, and for names that a `ProxyCommand`'s shell
 * would not take as names @throws HostError `io` for a config that can't be read
 */
export async function resolveDestination(
  target: SshTarget,
  config: ClientConfig,
  account: LocalAccount,
): Promise<SshDestination> {
  const query = { host: target.host, user: target.user, localUser: account.user }
  const values = await evaluateConfig(config, query)
  const word = (name: string) => values.get(name)?.[0]
  const user = word('user') ?? account.user
  const host = expandTokens(word('hostname') ?? target.host, { h: target.host, n: target.host })
  const port = target.port ?? parsePort(word('port')) ?? 22
  const tokens = { h: host, n: target.host, r: user, u: account.user, d: account.home, p: String(port) }
  const file = (text: string) =>
    expandHome(expandTokens(expandVariables(text, account), tokens), account.home)
  const files = (name: string) =>
    (values.get(name) ?? []).filter((text) => text !== 'none' && text !== '/dev/null').map(file)
  return {
    host,
    port,
    user,
    hostKeyName: word('hostkeyalias') ?? hostKeyName(host, port),
    identityFiles: files('identityfile'),
    identitiesOnly: isYes(word('identitiesonly')),
    agent: agentOf(word('identityagent'), account, file),
    knownHostsFiles: files('userknownhostsfile'),
    strictness: strictnessOf(word('stricthostkeychecking')),
    jumps: jumpsOf(word('proxyjump')),
    proxyCommand: proxyCommandOf(values, tokens),
    connectTimeoutMs: parseTime(word('connecttimeout')),
    keepAliveIntervalMs: parseTime(word('serveraliveinterval')),
    keepAliveCountMax: parseCount(word('serveralivecountmax')),
  }
}

/** As known-hosts files write a machine: the port only when it is not 22. */
export function hostKeyName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** `no` and `off` mean the same: nothing is checked. */
function strictnessOf(word: string | undefined): SshDestination['strictness'] {
  const lower = word?.toLowerCase()
  if (lower === 'accept-new') return lower
  return lower === 'no' || lower === 'off' ? 'off' : undefined
}

function agentOf(
  word: string | undefined,
  account: LocalAccount,
  file: (text: string) => string,
): string | undefined {
  if (word === undefined || word === 'SSH_AUTH_SOCK') return undefined
  if (word.toLowerCase() === 'none') return 'none'
  const variable = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(word)?.[1]
  // Without the variable there is no agent, as OpenSSH has it.
  return variable === undefined ? file(word) : (account.variable(variable) ?? 'none')
}

function jumpsOf(text: string | undefined): readonly SshTarget[] {
  const jump = text?.trim()
  if (jump === undefined || jump === '' || jump.toLowerCase() === 'none') return []
  return jump.split(',').map((hop) => parseTarget(hop.trim()))
}

function proxyCommandOf(
  values: ConfigValues,
  { h, n, p, r }: Readonly<Record<'h' | 'n' | 'p' | 'r', string>>,
): string | undefined {
  const command = values.get('proxycommand')?.[0]?.trim()
  if (command === undefined || command === '' || command.toLowerCase() === 'none') return undefined
  if (isYes(values.get('proxyusefdpass')?.[0]))
    throw new TypeError(`the config of ${n} has ProxyUseFdpass, which is not understood`)
  const unknown = /%(?![hnpr%])(.?)/.exec(command.replaceAll('%%', ''))
  if (unknown !== null)
    throw new TypeError(
      `the ProxyCommand of ${n} has %${String(unknown[1])}; it may have %h, %n, %p, %r and %%`,
    )
  const names = { h, n, r }
  for (const [, token] of command.replaceAll('%%', '').matchAll(/%([hnr])/g)) {
    const name = names[token as keyof typeof names]
    if (/["'`$\\;&<>|(){}\s\p{Cc}]/u.test(name) || name.startsWith('-'))
      throw new TypeError(
        `a shell would not take ${JSON.stringify(name)} as a name: it can't stand in a ProxyCommand`,
      )
  }
  return expandTokens(command, { h, n, p, r })
}

function isYes(word: string | undefined): boolean {
  return word?.toLowerCase() === 'yes' || word?.toLowerCase() === 'true'
}

function expandTokens(text: string, tokens: Readonly<Record<string, string>>): string {
  return text.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
}

function expandVariables(text: string, account: LocalAccount): string {
  return text.replace(/\$\{([^}]*)\}/g, (_whole, name: string) => {
    const value = account.variable(name)
    if (value === undefined) throw new TypeError(`the config names the variable ${name}, which is not set`)
    return value
  })
}

function parsePort(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTarget(`x:${text}`).port
}

function parseCount(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,6}$/.test(text) && Number(text) > 0 ? Number(text) : undefined
}

const UNITS: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3_600, d: 86_400, w: 604_800 }

/** Seconds, or `1m30s`. Zero and `none` leave it to our defaults: one who waits for ever notices nothing. */
function parseTime(text: string | undefined): number | undefined {
  if (text === undefined || !/^(?:\d{1,6}[smhdw]?)+$/i.test(text)) return undefined
  const parts = text.toLowerCase().matchAll(/(\d+)([smhdw]?)/g)
  const seconds = [...parts].reduce(
    (sum, [, count, unit]) => sum + Number(count) * (UNITS[unit || 's'] ?? 1),
    0,
  )
  return seconds === 0 || seconds > 1_000_000 ? undefined : seconds * 1_000
}
