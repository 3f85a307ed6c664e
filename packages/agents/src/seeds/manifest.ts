import type { SeedAccount } from './account.ts'

/** Files of a login by their path in the manifest. */
export type SeedFiles = ReadonlyMap<string, Uint8Array>

/**
 * Why bytes are no login.
 *
 * - `half-written`: they end in the middle; whoever writes them is not done.
 * - `logged-out`: they are whole, and nobody is logged in.
 * - `unusable`: they are whole, and this login can't be carried elsewhere.
 *
 * `reason` completes "the file ..."; it quotes nothing of the file.
 */
export interface SeedFlaw {
  readonly kind: 'half-written' | 'logged-out' | 'unusable'
  readonly reason: string
}

/** One file of a login. Its functions are pure; what they throw is taken for `unusable`. */
export interface SeedFile {
  /** Relative to the agent's home, with `/` between names: no `.`, no `..`. */
  readonly path: string
  /** Credentials are saved back when they rotate, and planted with a lease only; configuration is carried as it was captured. */
  readonly kind: 'credential' | 'configuration'
  /** Without it there is nothing to capture. @default false */
  readonly required?: boolean
  /** Permission bits on the worker; nobody but the owner may have any of a credential. @default 0o600 */
  readonly mode?: number
  /** @default 1 MiB */
  readonly maxBytes?: number
  /** Looks at whole files only. @default any bytes will do */
  readonly check?: (bytes: Uint8Array) => SeedFlaw | undefined
  /**
   * Leaves what may be carried of a configuration. Runs when it is captured and when it is planted, so that a seed from
   * elsewhere can't smuggle in what a wrapper would not take. @default all of it
   */
  readonly pick?: (bytes: Uint8Array) => Uint8Array
  /**
   * How it is laid over a file that is there: `replace`, or a function that makes one of two. From below: what stands in
   * the home, the seed's, the task's. @default 'replace'
   */
  readonly merge?: 'replace' | ((base: Uint8Array, over: Uint8Array) => Uint8Array)
}

/** What a check of a login found. Network failures, limits and errors of a server say nothing about a login. */
export type SeedVerdict =
  | { readonly type: 'alive' }
  /** A definite refusal; `proof` is what the provider said, without secrets. */
  | { readonly type: 'dead'; readonly proof: string }
  | { readonly type: 'inconclusive'; readonly reason: string }

/** What belongs to an agent's login, and how it is carried. Written by the agent's wrapper; knows no host and no store. */
export interface SeedManifest {
  /** Whose logins these are, for example `codex`. */
  readonly agent: string
  /** A whole number that grows when other files belong to it. Seeds of a newer version are refused. */
  readonly version: number
  readonly files: readonly SeedFile[]
  /**
   * A text that changes when the login has rotated, and only then. May be secret: it is compared, never stored.
   * @default changes with any byte of any credential
   */
  readonly generation?: (files: SeedFiles) => string
  /** Whose login it is: a login of somebody else is no rotation of this one. May be secret. @default all are the same */
  readonly identity?: (files: SeedFiles) => string
  /** Whether `live`, found on a worker, comes after `stored`. @default it does */
  readonly isNewer?: (live: SeedFiles, stored: SeedFiles) => boolean
  /** Whether any number of sessions may have it at once without a lease, since nothing in it is used up. @default false */
  readonly isShareable?: (files: SeedFiles) => boolean
  /** Who it is, without secrets. What it throws or leaves out is unknown to people, and no harm. */
  readonly account?: (files: SeedFiles) => SeedAccount | undefined
  /**
   * Asks the provider. Must not use up anything that works once. What it throws is inconclusive.
   * @default inconclusive
   */
  readonly verify?: (files: SeedFiles, options: { readonly signal: AbortSignal }) => Promise<SeedVerdict>
}

const DEFAULT_MAX_BYTES = 1024 * 1024

export function maxBytesOf({ maxBytes = DEFAULT_MAX_BYTES }: SeedFile): number {
  return maxBytes
}

/** @throws TypeError for paths that leave the home or meet each other, and for credentials that others could read */
export function assertManifest({ agent, version, files }: SeedManifest): void {
  if (!/^[\w.-]{1,128}$/.test(agent))
    throw new TypeError('expected the agent of a manifest to be a short word')
  if (!Number.isSafeInteger(version) || version < 1)
    throw new TypeError('expected the version of a manifest to be a whole number from 1')
  if (!files.some(({ kind }) => kind === 'credential'))
    throw new TypeError('expected a manifest to name a credential')
  const seen = files.map(({ path }) => `${path.toLowerCase()}/`)
  for (const { path, kind, mode = 0o600 } of files) {
    if (!isSafePath(path)) throw new TypeError(`expected a path below the home, got ${JSON.stringify(path)}`)
    if (seen.filter((other) => other.startsWith(`${path.toLowerCase()}/`)).length > 1)
      throw new TypeError(`expected ${path} once, and nothing below it`)
    if (kind === 'credential' && (mode & 0o177) !== 0)
      throw new TypeError(`expected ${path} to be for its owner alone`)
  }
}

/** A path below a directory that no host reads as anything else. */
export function isSafePath(path: string): boolean {
  if (path.length === 0 || path.length > 1_000 || /[\\\p{Cc}\p{Surrogate}]/u.test(path)) return false
  return path.split('/').every((name) => name !== '' && name !== '.' && name !== '..' && name.length <= 255)
}
