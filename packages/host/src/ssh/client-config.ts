import SSHConfig from 'ssh-config'
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
  /** Machines on the way, nearest first. */
  readonly jumps: readonly SshTarget[]
}

/** What the config's tokens and defaults are made of. */
export interface LocalAccount {
  readonly home: string
  readonly user: string
}

/**
 * Lays the OpenSSH client's config over a target; what the target says itself counts more. Understood are `HostName`,
 * `User`, `Port`, `IdentityFile`, `IdentitiesOnly`, `IdentityAgent`, `ProxyJump`, `HostKeyAlias` and `UserKnownHostsFile`,
 * in `Host` and `Match` blocks. `Match exec` never matches: reading a config runs no program.
 * @throws TypeError for a `ProxyCommand`, which we do not run, and for a port that is none
 */
export function resolveDestination(
  target: SshTarget,
  configText: string,
  account: LocalAccount,
): SshDestination {
  const config = computeConfig(target, configText)
  const word = (name: string) => config[name]?.[0]
  const user = target.user ?? word('user') ?? account.user
  const host = expandTokens(word('hostname') ?? target.host, { h: target.host, n: target.host })
  const port = target.port ?? parsePort(word('port')) ?? 22
  const tokens = { h: host, n: target.host, r: user, u: account.user, d: account.home, p: String(port) }
  const files = (name: string) =>
    (config[name] ?? [])
      .filter((file) => file !== 'none' && file !== '/dev/null')
      .map((file) => expandHome(expandTokens(file, tokens), account.home))
  const jump = word('proxyjump')
  const command = config['proxycommand']?.join(' ')
  if (jump === undefined && command !== undefined && command !== 'none')
    throw new TypeError(`the config of ${target.host} has a ProxyCommand, which is not run: use ProxyJump`)
  const agent = word('identityagent')
  return {
    host,
    port,
    user,
    hostKeyName: word('hostkeyalias') ?? hostKeyName(host, port),
    identityFiles: files('identityfile'),
    identitiesOnly: word('identitiesonly')?.toLowerCase() === 'yes',
    agent:
      agent === undefined || agent === 'SSH_AUTH_SOCK'
        ? undefined
        : expandHome(expandTokens(agent, tokens), account.home),
    knownHostsFiles: files('userknownhostsfile'),
    jumps: jump === undefined || jump === 'none' ? [] : jump.split(',').map((hop) => parseTarget(hop.trim())),
  }
}

/** As known-hosts files write a machine: the port only when it is not 22. */
export function hostKeyName(host: string, port: number): string {
  return port === 22 ? host.toLowerCase() : `[${host.toLowerCase()}]:${port}`
}

/** `~` and `~/...` with our own home; anything else relative lies in `~/.ssh`, as OpenSSH has it. */
export function expandHome(file: string, home: string): string {
  if (file === '~' || file.startsWith('~/')) return home + file.slice(1)
  return file.startsWith('/') ? file : `${home}/.ssh/${file}`
}

function computeConfig(target: SshTarget, text: string): Readonly<Record<string, readonly string[]>> {
  const query = target.user === undefined ? { Host: target.host } : { Host: target.host, User: target.user }
  const found = SSHConfig.parse(text).compute(query, { ignoreCase: true, matchExec: false })
  return Object.fromEntries(Object.entries(found).map(([name, value]) => [name, [value].flat()]))
}

function expandTokens(text: string, tokens: Readonly<Record<string, string>>): string {
  return text.replace(/%(.)/g, (whole, letter: string) => (letter === '%' ? '%' : (tokens[letter] ?? whole)))
}

function parsePort(text: string | undefined): number | undefined {
  return text === undefined ? undefined : parseTarget(`x:${text}`).port
}
