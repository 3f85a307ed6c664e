import { ConnectionClosedError, type AppServerClient } from '@x/codex-appserver'
import type { DetachedProcess, Host } from '@x/host'
import type { CodexConversation } from '../conversation/codex-conversation.ts'
import type { DynamicTool } from '../conversation/dynamic-tools.ts'
import { SessionError } from '../errors.ts'
import type { PermissionPlaces } from '../posture/render-permissions.ts'
import { connectAppServer, findAppServer, startAppServer, stopAppServer } from './app-server.ts'
import { assertApart } from './nested-session.ts'
import type { RecordKeeper } from './record-keeper.ts'
import { RecoveryBudget } from './recovery-budget.ts'
import type { SessionGrants } from './session-grants.ts'
import type { SessionLogin } from './session-login.ts'
import { prepareStart } from './task-directory.ts'
import { takeUpThread } from './thread.ts'

export interface LinkKeeperOptions {
  readonly host: Host
  readonly places: PermissionPlaces
  readonly record: RecordKeeper
  readonly tools: readonly DynamicTool[]
  readonly talk: CodexConversation
  readonly grants: SessionGrants
  readonly login: SessionLogin
  readonly process: DetachedProcess
  readonly client: AppServerClient
  /** Aborted by `end`. */
  readonly over: AbortController
  readonly rolloutPath: string | undefined
  /** Turns may have begun and ended that nobody was told of. */
  readonly onRecovered: () => void
}

/**
 * Keeps a session in touch with its app-server.
 *
 * *attached*: there is a connection. *recovering*: it broke; the process is looked for, started anew if it is dead,
 * and the thread is taken up again, with growing pauses. *over*: `end` was called, or recovery gave up. What breaks
 * while it is over changes nothing.
 */
export class LinkKeeper {
  /** Where Codex keeps the thread. */
  rolloutPath: string | undefined
  private readonly options: LinkKeeperOptions
  private process: DetachedProcess
  private client: AppServerClient
  private recovering: Promise<unknown> = Promise.resolve()

  constructor(options: LinkKeeperOptions) {
    this.options = options
    this.process = options.process
    this.client = options.client
    this.rolloutPath = options.rolloutPath
  }

  /** The connection of the moment; it may just have broken. */
  get current(): AppServerClient {
    return this.client
  }

  /** The conversation listens before the thread is asked for, so that nothing falls between its history and its news. */
  async takeUp(client: AppServerClient, options: { readonly prove: boolean }): Promise<void> {
    const { host, places, record, talk, grants, login, tools } = this.options
    talk.bind(client)
    login.listen(client)
    const thread = await takeUpThread(host, client, record.current, tools, places)
    this.rolloutPath = thread.rolloutPath
    if (thread.threadId !== record.current.threadId) await record.save({ threadId: thread.threadId })
    await grants.apply(client, thread.threadId)
    if (options.prove) await grants.prove(client)
    // A history without what waits behind it would look like all there is.
    await talk.queue.known
    talk.hydrate(client, thread)
  }

  /** Recovers whatever breaks, until it is over. Rejects when there is no way back. */
  async supervise(): Promise<void> {
    const budget = new RecoveryBudget()
    for (;;) {
      const { detail } = await this.client.closed
      if (this.options.over.signal.aborted) return
      this.options.login.pause()
      const recovered = this.recover(budget, detail)
      this.recovering = recovered
      this.client = await recovered
      this.options.onRecovered()
    }
  }

  /** Ends the connection, and with `stop` the process too. */
  async end(options: { readonly stop: boolean }): Promise<void> {
    this.options.over.abort(
      new ConnectionClosedError({ reason: 'closed-here', detail: 'the session is over' }),
    )
    await this.client.close()
    // A process that was just being started is ours to end too, and so is a connection that was just being made.
    await this.recovering.catch(() => undefined)
    await this.client.close()
    if (options.stop) await stopAppServer(this.options.host, this.options.places.paths, this.process)
  }

  /** @throws SessionError when there is no way back */
  private async recover(budget: RecoveryBudget, reason: string): Promise<AppServerClient> {
    for (let attempt = 1; ; attempt += 1) {
      this.options.talk.lost(attempt, reason)
      await budget.pause(attempt, this.options.over.signal)
      let client: AppServerClient | undefined
      try {
        client = await this.reconnect(budget)
        await this.takeUp(client, { prove: true })
        return client
      } catch (error) {
        const brokeAgain = client?.signal.aborted === true
        await client?.close()
        this.options.over.signal.throwIfAborted()
        // A link that breaks again is tried again; what Codex or the machine refuses is final.
        if (!brokeAgain && error instanceof SessionError && !isPassing(error)) throw error
        if (budget.isSpent) throw error
      }
    }
  }

  private async reconnect(budget: RecoveryBudget): Promise<AppServerClient> {
    const { host, places, record, login } = this.options
    const { signal } = this.options.over
    let process = await findAppServer(host, places.paths)
    if (process && !(await login.takeUp())) {
      await stopAppServer(host, places.paths, process)
      throw new SessionError('lost', 'the login of the session is not its any more')
    }
    if (!process) {
      if (await host.files.stat(places.paths.ended))
        throw new SessionError('lost', 'the session was ended elsewhere')
      budget.spend()
      await assertApart(host, record.current, places)
      await login.prepare()
      await prepareStart(host, record.current, places)
      process = await startAppServer(host, places.paths, record.current)
    }
    this.process = process
    return connectAppServer(host, places.paths, process, { signal })
  }
}

/** What may be otherwise in a moment. */
function isPassing({ code }: SessionError): boolean {
  return code === 'handshake' || code === 'login'
}
