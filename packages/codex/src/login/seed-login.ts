import type { SeedQuota, SeedSummary } from '@x/agents/seeds'
import type { Host } from '@x/host'
import type { TaskPaths } from '../home/task-paths.ts'

/**
 * How a session uses a stored login.
 *
 * - `brokered`: it gets access tokens, and a handle in place of what renews them. Any number of sessions at once.
 * - `planted`: it gets the login itself, alone, under a lease; an API key goes to any number of sessions without one.
 */
export type LoginMode = 'brokered' | 'planted'

/** One login, or any of a pool. */
export type SeedWish = { readonly seedId: string } | { readonly pool: string }

export interface SeedLoginOptions {
  /** @default brokered for a ChatGPT login, planted for an API key */
  readonly mode?: LoginMode
  /** Asked in place of ChatGPT and OpenAI, for everything that the login is shown to: a gateway, up to its version. */
  readonly modelBaseUrl?: string
  /** How long to wait for a login that is planted, until it is free, in milliseconds. @default 0, not at all */
  readonly waitMs?: number
}

/** What a launch record says of a stored login: which one and how. No secret is in it. */
export interface SeedLoginFacts {
  readonly kind: 'seed'
  readonly mode: LoginMode
  readonly owner: string
  readonly seedId: string
  /** Where the session reaches the broker, on loopback of its machine. */
  readonly port?: number | undefined
  /** Of the lease under which it was planted last. */
  readonly fence?: number | undefined
  readonly modelBaseUrl?: string | undefined
  /** The choices of the person whose login it is, which stand below the task's own. */
  readonly settings?: Readonly<Record<string, string>> | undefined
}

/** Whose session it is, and where its files lie. */
export interface LoginPlace {
  readonly host: Host
  readonly taskId: string
  readonly paths: TaskPaths
}

/**
 * One session's use of a stored login, as the session sees it: it knows no lease and no broker.
 *
 * It begins with `prepare`, before a process starts, or with `takeUp`, when one runs; both may come again after a
 * `pause`. It is over with `end`, when the process has ended, or with `leave`, when the process goes on without us.
 */
export interface LoginUse {
  /** They change with `prepare` and `takeUp`. */
  readonly facts: SeedLoginFacts
  /** Aborts with a SessionError when the login is not the session's any more: the process has to end at once. */
  readonly signal: AbortSignal
  /**
   * Puts the login, as it is now, into the home of a process that is about to start.
   * @throws SessionError `login`
   */
  readonly prepare: () => Promise<void>
  /**
   * For a process that runs with the login.
   * @returns false when the login is not the session's any more: the process has to end
   */
  readonly takeUp: () => Promise<boolean>
  /** Calls back when a process that runs has to read the login anew, also for what was so before. One listener. */
  readonly onChanged: (listener: () => void) => void
  /** The link to the process broke: until `takeUp` or `prepare`, whoever shows something of the session is a stranger. */
  readonly pause: () => void
  /**
   * Gives the login back and removes it from the machine; also after `leave`. Idempotent.
   * @throws SessionError `login` when what lies on the machine can't be saved; then it stays there
   */
  readonly end: () => Promise<void>
  /** Lets go of everything that ends with this process; the login stays where it is. Idempotent. */
  readonly leave: () => Promise<void>
}

/** What of a session that moves is not given up. */
export interface GiveUpOptions {
  /**
   * Where it goes on: a lease of that machine is left alone while the login lies there.
   * @default nowhere: every lease is taken
   */
  readonly here?: LoginPlace & {
    /** Of the lease that the session's record here names, if it names one. */
    readonly fence?: number | undefined
  }
  /** The number of the task's record: who has lost the task takes nothing. @default it is not looked at */
  readonly fence?: number
}

/** A stored login for a session; made by `use` of {@link CodexLogins}. */
export interface SeedLogin {
  /** Of whom it is one. */
  readonly logins: CodexLogins
  /** Begins a use, and prepares it. The caller ends it. @throws SessionError `login`, ConfigError */
  readonly begin: (place: LoginPlace) => Promise<LoginUse>
}

/** The stored logins of one owner, for sessions of this process. */
export interface CodexLogins extends AsyncDisposable {
  readonly owner: string
  /** A login for `openSession`. Nothing is asked before the session begins. */
  readonly use: (wish: SeedWish, options?: SeedLoginOptions) => SeedLogin
  /**
   * The use of a session that is there, by what its record says. Nothing is begun.
   * @throws ConfigError when it is a login of somebody else
   */
  readonly resume: (facts: SeedLoginFacts, place: LoginPlace) => LoginUse
  /**
   * Makes a seed of the login that somebody has typed into a session, and has the session go on with it.
   * `undefined` while there is none.
   */
  readonly capture: (
    place: LoginPlace,
  ) => Promise<{ readonly seed: SeedSummary; readonly use: LoginUse } | undefined>
  /** What a session has heard of the limits of a login; written down at once, then not more often than every 15 s. */
  readonly noteQuotas: (seedId: string, quotas: readonly SeedQuota[]) => void
  /**
   * Takes the leases of a session away from wherever they were left: its machine is gone for good. What was renewed
   * there and never saved is lost.
   * @throws StoreError `lease-lost` when the task is somebody else's by now, `not-found` when it has no record
   */
  readonly giveUp: (taskId: string, options?: GiveUpOptions) => Promise<void>
  /** Leaves every session's login where it is. Store and broker stay the caller's. Idempotent. */
  readonly close: () => Promise<void>
}
