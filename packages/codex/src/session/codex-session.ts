import type { CloseReason, Conversation, Fault } from '@x/agents/conversation'
import { ConnectionClosedError, type AppServerClient } from '@x/codex-appserver'
import type { DetachedProcess, Host } from '@x/host'
import { CodexConversation } from '../conversation/codex-conversation.ts'
import { leavesSandbox } from '../conversation/read-rollout.ts'
import { SessionError, toFault } from '../errors.ts'
import { proveIsolation, readNetworkNamespace } from '../posture/canary.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { connectAppServer, findAppServer, startAppServer, stopAppServer } from './app-server.ts'
import type { LaunchRecord } from './parse-launch-record.ts'
import { RecoveryBudget } from './recovery-budget.ts'
import { rememberSteered } from './remember-steered.ts'
import type { Session } from './session.ts'
import { prepareStart, writeRecord } from './task-directory.ts'
import { startThread, takeUpThread, type OpenedThread } from './thread.ts'

/** How long an interrupt may take before the process is ended all the same. */
const INTERRUPT_MS = 2_000

export interface CodexSessionOptions {
  readonly host: Host
  readonly record: LaunchRecord
  readonly places: PermissionPlaces
}

/** The connection that a session begins with; the proof runs beside the start or the resumption of the thread. */
interface FirstConnection {
  readonly process: DetachedProcess
  readonly client: AppServerClient
  readonly over: AbortController
  prove(): Promise<void>
}

/**
 * One run of Codex for a task, and its keeper.
 *
 * *attached*: there is a connection. *recovering*: it broke; the process is looked for, started anew if it is dead,
 * and the thread is taken up again, with growing pauses. *over*: closed, detached, or lost when recovery gave up.
 * What breaks while it is over changes nothing.
 */
export class CodexSession implements Session {
  readonly taskId: string
  readonly directory: string
  readonly version: string
  readonly ready: Promise<void>
  readonly closed: Promise<CloseReason>
  private readonly host: Host
  private readonly places: PermissionPlaces
  private readonly talk: CodexConversation
  private readonly over: AbortController
  private record: LaunchRecord
  private rolloutPath: string | undefined
  private process: DetachedProcess
  private client: AppServerClient
  private saving: Promise<void> = Promise.resolve()
  private recovering: Promise<unknown> = Promise.resolve()
  private ending: Promise<void> | undefined

  private constructor(
    options: CodexSessionOptions,
    { process, client, over }: FirstConnection,
    thread: OpenedThread,
    proof: Promise<void>,
  ) {
    const { host, record, places } = options
    this.over = over
    this.host = host
    this.places = places
    this.record = { ...record, threadId: thread.threadId }
    this.taskId = record.taskId
    this.directory = record.directory
    this.version = record.version
    this.process = process
    this.client = client
    this.rolloutPath = thread.rolloutPath
    this.ready = this.passGate(proof)
    this.talk = new CodexConversation({
      threadId: thread.threadId,
      cwd: record.directory,
      gate: this.ready,
      onFirstMessage: () => this.saveRecord({ spoken: true }),
      steered: record.steered ?? [],
      onSteer: (message) => this.saveRecord(rememberSteered(this.record, message)),
      // Not knowing it has a cost only when the thread is lost, and then it is the message.
      onTurnEnded: () => void this.turnKept().catch(() => undefined),
      leavesSandbox: (asked) => leavesSandbox(host, this.rolloutPath, asked),
      writableRoots: [record.directory, places.paths.work],
    })
    this.closed = this.talk.closed
    this.ready.catch((error: unknown) => void this.finish('lost', { stop: true, fault: toFault(error) }))
  }

  /** Starts the app-server, or finds the one that runs, and opens the thread. */
  static async open(options: CodexSessionOptions, signal?: AbortSignal): Promise<CodexSession> {
    const { host, record, places } = options
    const running = await findAppServer(host, places.paths)
    await host.files.remove(places.paths.ended)
    const process = running ?? (await startAppServer(host, places.paths, record.binary, record.directory))
    const aborting = signal ? { signal } : {}
    const over = new AbortController()
    // Asked while Codex starts: nothing has to wait for it then.
    const namespace = readNetworkNamespace(host)
    namespace.catch(() => undefined)
    let client: AppServerClient | undefined
    try {
      const connected = await connectAppServer(host, places.paths, process, aborting)
      client = connected
      const prove = (): Promise<void> =>
        proveIsolation(host, connected, places, { signal: over.signal, namespace })
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
      void session.supervise()
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
    const starting = startThread(first.client, options.record)
    const proof = first.prove()
    proof.catch(() => undefined)
    const thread = await starting
    const session = new CodexSession(options, first, thread, proof)
    session.talk.bind(first.client)
    session.talk.hydrate(first.client, thread)
    return session
  }

  private static async resume(
    options: CodexSessionOptions,
    first: FirstConnection,
    threadId: string,
  ): Promise<CodexSession> {
    const thread = { threadId, rolloutPath: undefined, turns: [] }
    const session = new CodexSession(options, first, thread, first.prove())
    try {
      await session.takeUp(first.client, { prove: false })
      return session
    } catch (error) {
      await session.finish('lost', { stop: false, fault: toFault(error) })
      throw error
    }
  }

  /** Opens when isolation was proved and the thread's name is on disk. */
  private async passGate(proof: Promise<void>): Promise<void> {
    await Promise.all([this.proveFirst(proof), this.saveRecord({})])
  }

  private async proveFirst(proof: Promise<void>): Promise<void> {
    const { client } = this
    try {
      await proof
    } catch (error) {
      // A connection that broke says nothing about the sandbox. The next one is let in only with a proof of its own.
      if (!client.signal.aborted || this.over.signal.aborted) throw error
      await this.talk.connected()
    }
  }

  private prove(client: AppServerClient): Promise<void> {
    return proveIsolation(this.host, client, this.places, { signal: this.over.signal })
  }

  /** One write after the other: the last one must be the last on disk. */
  private saveRecord(change: Partial<LaunchRecord>): Promise<void> {
    this.record = { ...this.record, ...change }
    const saved = this.saving.then(() => writeRecord(this.host, this.places.paths, this.record))
    this.saving = saved.catch(() => undefined)
    return saved
  }

  private async turnKept(): Promise<void> {
    if (this.record.kept || this.rolloutPath === undefined) return
    if (await this.host.files.stat(this.rolloutPath)) await this.saveRecord({ kept: true })
  }

  /** The conversation listens before the thread is asked for, so that nothing falls between its history and its news. */
  private async takeUp(client: AppServerClient, options: { readonly prove: boolean }): Promise<void> {
    this.talk.bind(client)
    const thread = await takeUpThread(this.host, client, this.record)
    this.rolloutPath = thread.rolloutPath
    if (thread.threadId !== this.record.threadId) await this.saveRecord({ threadId: thread.threadId })
    if (options.prove) await this.prove(client)
    this.talk.hydrate(client, thread)
  }

  private async supervise(): Promise<void> {
    const budget = new RecoveryBudget()
    for (;;) {
      const { detail } = await this.client.closed
      if (this.over.signal.aborted) return
      try {
        const recovered = this.recover(budget, detail)
        this.recovering = recovered
        this.client = await recovered
      } catch (error) {
        await this.finish('lost', { stop: true, fault: toFault(error) })
        return
      }
    }
  }

  /** @throws SessionError when there is no way back */
  private async recover(budget: RecoveryBudget, reason: string): Promise<AppServerClient> {
    for (let attempt = 1; ; attempt += 1) {
      this.talk.lost(attempt, reason)
      await budget.pause(attempt, this.over.signal)
      let client: AppServerClient | undefined
      try {
        client = await this.reconnect(budget)
        await this.takeUp(client, { prove: true })
        return client
      } catch (error) {
        const brokeAgain = client?.signal.aborted === true
        await client?.close()
        this.over.signal.throwIfAborted()
        // A link that breaks again is tried again; what Codex or the machine refuses is final.
        if (!brokeAgain && error instanceof SessionError && error.code !== 'handshake') throw error
        if (budget.isSpent) throw error
      }
    }
  }

  private async reconnect(budget: RecoveryBudget): Promise<AppServerClient> {
    const { host, places, record } = this
    const signal = this.over.signal
    let process = await findAppServer(host, places.paths)
    if (!process) {
      if (await host.files.stat(places.paths.ended))
        throw new SessionError('lost', 'the session was ended elsewhere')
      budget.spend()
      await prepareStart(host, record, places)
      process = await startAppServer(host, places.paths, record.binary, record.directory)
    }
    this.process = process
    return connectAppServer(host, places.paths, process, { signal })
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
    this.over.abort(new ConnectionClosedError({ reason: 'closed-here', detail: 'the session is over' }))
    await this.client.close()
    // A process that was just being started is ours to end too, and so is a connection that was just being made.
    await this.recovering.catch(() => undefined)
    await this.client.close()
    try {
      if (stop) await stopAppServer(this.host, this.places.paths, this.process)
    } finally {
      this.talk.end({ reason, ...(fault && { fault }) })
    }
  }

  /** A process in a turn does not leave before the turn does. */
  private async interruptBriefly(): Promise<void> {
    if (this.client.signal.aborted) return
    const late = new Promise<void>((resolve) => setTimeout(resolve, INTERRUPT_MS).unref())
    await Promise.race([this.talk.interrupt().catch(() => undefined), late])
  }
}
