import type { CloseReason, Conversation } from '@x/agents/conversation'
import type { SnapshotSummary } from '@x/agents/snapshots'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import type { Host } from '@x/host'
import type { DynamicTool } from '../conversation/dynamic-tools.ts'
import type { Login } from '../login/login.ts'
import type { LoginOptions } from './session-login.ts'
import type { RestoreFrom, SessionSnapshots, SnapshotOptions } from './session-snapshots.ts'
import type { Posture } from '../posture/posture.ts'
import type { OnProgress } from '../provision/progress.ts'
import type { CodexVersion } from '../provision/releases.ts'

/**
 * A running Codex session. It outlives whoever opened it: `detach` leaves it running, `close` ends it.
 * Disposing closes it.
 */
export interface Session extends AsyncDisposable {
  readonly taskId: string
  /** Where commands start, on the host. */
  readonly directory: string
  /** Of Codex. */
  readonly version: string
  readonly conversation: Conversation
  /** Resolves when the isolation was proved, and turns are let through. @throws SessionError `posture`, by rejecting; the session is then over */
  readonly ready: Promise<void>
  /**
   * Codex's own terminal on this conversation, once the isolation was proved: what is typed there is seen here, and the
   * other way round. There is one: while it is open everyone gets it, at the size that it has, and closing it closes it
   * for all. It ends with the session, and with the app-server; then a new one can be opened.
   *
   * Who types in it has the rights of the account: Codex lets its own person leave the sandbox.
   * @throws SessionError `posture`, `lost`; HostError when the machine has no terminals
   */
  openTerminal(size: TerminalSize): Promise<Terminal>
  /**
   * Keeps what the session needs to go on elsewhere, and nothing of its login. Waits for the end of a turn that runs,
   * and begins again when another one begins meanwhile: what works may change what is being read. One at a time.
   * @throws ConfigError when the session was opened without `snapshots`; SessionError `lost` when it is over;
   * SnapshotError; StoreError `lease-lost` when the task is somebody else's; the reason of `signal`
   */
  snapshot(options?: SnapshotOptions): Promise<SnapshotSummary>
  /** Resolves when it is over for us; never rejects. */
  readonly closed: Promise<CloseReason>
  /** We go, it stays: a running turn goes on. Idempotent. */
  detach(): Promise<void>
  /**
   * Ends it: interrupt, TERM, TERM, KILL. Its files and its record stay, so that it can be resumed; a stored login is
   * given back and goes. Idempotent.
   * @throws SessionError `login` when what Codex made of a planted login could not be saved: it stays where it is
   */
  close(): Promise<void>
}

/** What finds a session again. */
export interface SessionPlace {
  /** The machine it runs on. The caller closes it, after the session. */
  readonly host: Host
  /** @default `$XDG_STATE_HOME/x`, else `~/.local/state/x`, on the host; never under `/tmp` */
  readonly stateDir?: string
}

export interface SessionOptions extends SessionPlace, LoginOptions {
  /** The same id again re-attaches or resumes, and never starts over. @default a new id */
  readonly taskId?: string
  /** `empty`: a fresh directory of the task. `directory`: the person's own code, in place. @default 'empty' */
  readonly work?: 'empty' | { readonly directory: string }
  readonly login: Login
  /** @default the login's, else Codex's own */
  readonly model?: string
  /** How hard the model thinks, in its own words. @default the model's own */
  readonly effort?: string
  /** @default 'confined' */
  readonly posture?: Posture
  /**
   * What commands may do beside the posture: directories that are there, and that hold nothing which must stay out of
   * reach. @default nothing
   */
  readonly grants?: readonly { readonly path: string; readonly mode: 'read' | 'write' }[]
  /**
   * Files and directories that commands may not read, besides the account's usual secrets: that of a store's keys, when
   * it is not the default one. Absolute. @default none
   */
  readonly hidden?: readonly string[]
  /** Whether commands have network access, loopback of the host too. @default false */
  readonly network?: boolean
  /** `ask` a person before commands that are not known to be harmless, or `never`. @default 'ask' */
  readonly approvals?: 'ask' | 'never'
  /**
   * What the agent may call in this process, beside its own tools: told to Codex with the thread's start, so that a
   * session that is taken up has those that it was opened with, and `tools` answer their calls.
   * @default none
   */
  readonly tools?: readonly DynamicTool[]
  /** @default the newest that was tested */
  readonly version?: CodexVersion
  /** An installed Codex (the native program) to use instead of fetching one. */
  readonly binary?: string
  /** @default `$XDG_CACHE_HOME/x`, else `~/.cache/x`, on the host */
  readonly cacheDir?: string
  /** Where its snapshots go: they are taken by themselves at the end of turns. @default none are taken */
  readonly snapshots?: SessionSnapshots
  /**
   * When there is no session of that id here: puts its snapshot here and takes that up, on the login that it had, as
   * that is now. Needs `taskId` and `snapshots`. A key that was given to it is taken from `login` again.
   * @default a new session is begun
   */
  readonly restoreFrom?: 'newest' | RestoreFrom
  /** Gives up the opening. It has no effect once the session is there. */
  readonly signal?: AbortSignal
  readonly onProgress?: OnProgress
}
