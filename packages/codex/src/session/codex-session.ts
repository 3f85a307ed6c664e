import type { CloseReason, Conversation, Fault, Grant } from '@x/agents/conversation'
import type { SnapshotSummary } from '@x/agents/snapshots'
import type { AppServerClient } from '@x/codex-appserver'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import type { DetachedProcess, Host } from '@x/host'
import { CodexConversation } from '../conversation/codex-conversation.ts'
import type { DynamicTool } from '../conversation/dynamic-tools.ts'
import { leavesSandbox } from '../conversation/read-rollout.ts'
import { toFault } from '../errors.ts'
import { proveIsolation, readNetworkNamespace } from '../posture/canary.ts'
import { grantsThatHold, isGrantable, writableIn } from '../posture/grants.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { connectAppServer, findAppServer, startAppServer, stopAppServer } from './app-server.ts'
import { keptInRecord } from './kept-in-record.ts'
import { LinkKeeper } from './link-keeper.ts'
import type { LoginUse } from '../login/seed-login.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { queueFile } from './queue-file.ts'
import { RecordKeeper } from './record-keeper.ts'
import type { Session } from './session.ts'
import { SessionGrants } from './session-grants.ts'
import type { SessionLogin, LoginOptions } from './session-login.ts'
import { loginOf, refusalsOf, snapshotsOf } from './session-parts.ts'
import type { SessionSnapshots, SnapshotOptions } from './session-snapshots.ts'
import type { SnapshotKeeper } from './snapshot-keeper.ts'
import { startThread, type OpenedThread } from './thread.ts'
import { SessionTerminal } from '../terminal/session-terminal.ts'

/** How long an interrupt may take before the process is ended all the same. */
const INTERRUPT_MS = 2_000

export interface CodexSessionOptions {
  readonly host: Host
  readonly record: LaunchRecord
  readonly places: PermissionPlaces
  readonly tools: readonly DynamicTool[]
  /** Begun, and prepared or taken up: the session ends it once it is there. */
  readonly use: LoginUse | undefined
  readonly logins: LoginOptions
  readonly snapshots: SessionSnapshots | undefined
}

/** The connection that a session begins with; the proof runs beside the start or the resumption of the thread. */
interface FirstConnection {
  readonly process: DetachedProcess
  readonly client: AppServerClient
  readonly over: AbortController
  prove(): Promise<void>
}

/** One run of Codex for a task: its conversation, its link, its record, and their common end. */
export class CodexSession implements Session {
  readonly taskId: string
  readonly directory: string
  readonly version: string
  readonly ready: Promise<void>
  readonly closed: Promise<CloseReason>
  private readonly host: Host
  private readonly talk: CodexConversation
  private readonly link: LinkKeeper
  private readonly record: RecordKeeper
  private readonly terminal: SessionTerminal
  private readonly login: SessionLogin
  private readonly snapshots: SnapshotKeeper
  private ending: Promise<void> | undefined

  private constructor(
    options: CodexSessionOptions,
    { process, client, over }: FirstConnection,
    thread: OpenedThread,
    proof: Promise<void>,
  ) {
    const { host, record, places, tools } = options
    this.host = host
    this.taskId = record.taskId
    this.directory = record.directory
    this.version = record.version
    this.record = new RecordKeeper(host, places.paths, { ...record, threadId: thread.threadId })
    this.login = loginOf(options, this.record, (error) => this.lose(error))
    this.ready = this.passGate(client, over.signal, proof)
    const writableRoots = [record.directory, places.paths.work]
    const open = (given: readonly Grant[]): void => void writableRoots.push(...writableIn(given))
    void grantsThatHold(host, places, record.grants ?? []).then(open)
    const grants = new SessionGrants({ host, places, record: this.record, signal: over.signal })
    this.talk = new CodexConversation({
      threadId: thread.threadId,
      cwd: record.directory,
      gate: this.ready,
      ...keptInRecord(this.record),
      queue: queueFile(host, places.paths.queue),
      onTurnEnded: () => this.turnEnded(),
      mayBegin: () => this.snapshots.mayBegin,
      leavesSandbox: (asked, agent) =>
        leavesSandbox(host, agent ? agent.rolloutPath : this.link.rolloutPath, asked),
      refusals: refusalsOf(host, places, this.record),
      onGrant: async (connection, wanted) => {
        const grant = await grants.add(connection, wanted)
        open([grant])
        return grant
      },
      mayGrant: (grant) => isGrantable(host, places, grant, this.record.current.grants ?? []),
      unattended: record.approvals === 'never',
      tools,
      writableRoots,
    })
    this.link = new LinkKeeper({
      host,
      places,
      record: this.record,
      tools,
      talk: this.talk,
      grants,
      login: this.login,
      process,
      client,
      over,
      rolloutPath: thread.rolloutPath,
      onRecovered: () => this.snapshots.turnEnded(),
    })
    const { ready, talk } = this
    this.snapshots = snapshotsOf(options, talk)
    this.terminal = new SessionTerminal({ host, places, record: this.record, ready, talk })
    this.closed = this.talk.closed
    this.ready.catch((error: unknown) => this.lose(error))
  }

  /** Starts the app-server, or finds the one that runs, and opens the thread. */
  static async open(options: CodexSessionOptions, signal?: AbortSignal): Promise<CodexSession> {
    const { host, record, places } = options
    const [running] = await Promise.all([
      findAppServer(host, places.paths),
      host.files.remove(places.paths.ended),
    ])
    const process = running ?? (await startAppServer(host, places.paths, record))
    const aborting = signal ? { signal } : {}
    const over = new AbortController()
    // Asked while Codex starts: nothing has to wait for it then.
    const namespace = readNetworkNamespace(host)
    namespace.catch(() => undefined)
    let client: AppServerClient | undefined
    try {
      const connected = await connectAppServer(host, places.paths, process, aborting)
      client = connected
      const prove = async (): Promise<void> => {
        const grants = await grantsThatHold(host, places, record.grants ?? [])
        await proveIsolation(host, connected, places, { signal: over.signal, namespace, grants })
      }
      const first = { process, client, over, prove }
      // Codex keeps nothing of a thread before its first message: a new one in its place loses nothing.
      const threadId = record.spoken ? record.threadId : null
      const session =
        threadId === null
          ? await CodexSession.begin(options, first)
          : await CodexSession.resume(options, first, threadId)
      if (signal?.aborted === true) {
        await session.finish('detached', { stop: false })
        throw signal.reason
      }
      void session.link.supervise().catch((error: unknown) => session.lose(error))
      return session
    } catch (error) {
      await client?.close()
      // One that ran before us is not ours to end.
      if (!running) await stopAppServer(host, places.paths, process)
      throw error
    }
  }

  get conversation(): Conversation {
    return this.talk
  }

  openTerminal(size: TerminalSize): Promise<Terminal> {
    return this.terminal.open(size)
  }

  snapshot(options?: SnapshotOptions): Promise<SnapshotSummary> {
    return this.snapshots.take(options)
  }

  async detach(): Promise<void> {
    await this.finish('detached', { stop: false })
  }

  async close(): Promise<void> {
    await this.finish('closed', { stop: true })
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private static async begin(options: CodexSessionOptions, first: FirstConnection): Promise<CodexSession> {
    const starting = startThread(options.host, first.client, options.record, options.tools)
    const proof = first.prove()
    proof.catch(() => undefined)
    const thread = await starting
    const session = new CodexSession(options, first, thread, proof)
    session.talk.bind(first.client)
    session.login.listen(first.client)
    session.talk.hydrate(first.client, thread)
    return session
  }

  private static async resume(
    options: CodexSessionOptions,
    first: FirstConnection,
    threadId: string,
  ): Promise<CodexSession> {
    const thread = { threadId, rolloutPath: undefined, turns: [], model: undefined }
    const session = new CodexSession(options, first, thread, first.prove())
    try {
      await session.link.takeUp(first.client, { prove: false })
      // What was done while nobody was there is in no snapshot.
      session.snapshots.turnEnded()
      return session
    } catch (error) {
      await session.finish('lost', { stop: false, fault: toFault(error) })
      throw error
    }
  }

  /** Opens when isolation was proved and the thread's name is on disk. */
  private async passGate(client: AppServerClient, over: AbortSignal, proof: Promise<void>): Promise<void> {
    const proved = proof.catch(async (error: unknown) => {
      // A connection that broke says nothing about the sandbox. The next one is let in only with a proof of its own.
      if (!client.signal.aborted || over.aborted) throw error
      await this.talk.connected()
    })
    await Promise.all([proved, this.record.save({})])
  }

  private turnEnded(): void {
    // Not knowing it has a cost only when the thread is lost, and then it is the message.
    void this.turnKept().catch(() => undefined)
    this.snapshots.turnEnded()
  }

  private async turnKept(): Promise<void> {
    const { rolloutPath } = this.link
    if (this.record.current.kept || rolloutPath === undefined) return
    if (await this.host.files.stat(rolloutPath)) await this.record.save({ kept: true })
  }

  private lose(error: unknown): void {
    // Whoever asks for its end is told what else went wrong.
    this.finish('lost', { stop: true, fault: toFault(error) }).catch(() => undefined)
  }

  private finish(
    reason: CloseReason['reason'],
    options: { readonly stop: boolean; readonly fault?: Fault },
  ): Promise<void> {
    this.ending ??= this.end(reason, options)
    return this.ending
  }

  private async end(
    reason: CloseReason['reason'],
    { stop, fault }: { readonly stop: boolean; readonly fault?: Fault },
  ): Promise<void> {
    if (stop) await this.interruptBriefly()
    let failure: Fault | undefined
    // A process that has to end does not wait for one that is being taken.
    const stopped = this.snapshots.stop()
    try {
      await this.terminal.close()
      await this.link.end({ stop })
      try {
        await (stop ? this.login.end() : this.login.leave())
      } finally {
        await stopped
        if (reason === 'closed') await this.snapshots.takeLast()
      }
    } catch (error) {
      failure = toFault(error)
      await this.login.leave()
      throw error
    } finally {
      const told = fault ?? failure
      this.talk.end({ reason, ...(told && { fault: told }) })
    }
  }

  /** A process in a turn does not leave before the turn does. */
  private async interruptBriefly(): Promise<void> {
    if (this.link.current.signal.aborted) return
    const late = new Promise<void>((resolve) => setTimeout(resolve, INTERRUPT_MS).unref())
    await Promise.race([this.talk.interrupt().catch(() => undefined), late])
  }
}
