import type { RelayCommand } from './ssh-connect.ts'

export interface SshHostOptions {
  /** Path of the agent's socket. @default `SSH_AUTH_SOCK`; `false` asks no agent */
  readonly agent?: string | false
  /** Private keys that are tried before those of `~/.ssh/config`, the agent and `~/.ssh`. `~/` is our home. */
  readonly identityFiles?: readonly string[]
  /** Opens encrypted identity files. */
  readonly passphrase?: string
  /** @default those that `~/.ssh/config` names, else `~/.ssh/known_hosts`; `/etc/ssh/ssh_known_hosts` is read besides */
  readonly knownHostsFiles?: readonly string[]
  /**
   * Takes the key of a machine that no known-hosts file knows, and adds it to the first of them. A *changed* or revoked
   * key is refused all the same. @default what `StrictHostKeyChecking accept-new` of the config says, else false
   */
  readonly acceptNew?: boolean
  /** An OpenSSH client's config; `false` reads none. @default '~/.ssh/config' */
  readonly configFile?: string | false
  /** How long reaching the machine and logging in may take, in milliseconds; each jump counts by itself. @default the config's `ConnectTimeout`, else 20_000 */
  readonly connectTimeoutMs?: number
  /** How often the machine is asked for a sign of life, in milliseconds. @default the config's `ServerAliveInterval`, else 5_000 */
  readonly keepAliveIntervalMs?: number
  /** After how many unanswered questions the connection is given up. @default the config's `ServerAliveCountMax`, else 3 */
  readonly keepAliveCountMax?: number
  /** How many sessions we open at once; a server that allows fewer is obeyed (OpenSSH: `MaxSessions`). @default 10 */
  readonly maxSessions?: number
  /**
   * A program of the worker that carries a unix socket over its standard input and output, for servers that forbid it to
   * the connection: gets the socket's path, returns an argv. @default perl, python3, node, socat or nc, whichever is there
   */
  readonly relay?: RelayCommand
  /** Stops connecting; without effect once the host is open. */
  readonly signal?: AbortSignal
}
