import path from 'node:path'
import type { Feed, FileChange, SubAgent } from '@x/agents/conversation'
import type { AppServerClient, KnownNotification, Thread, ThreadItem } from '@x/codex-appserver'
import { activityStatus, agentStatus, isBusy, threadStatus } from './agent-status.ts'
import { boundText } from './bound-text.ts'
import { translateChanges } from './translate-item.ts'
import { translateStatus } from './translate-turn.ts'

/** UTF-16 units of an agent's last words, and of its name. */
const MAX_LAST_MESSAGE = 4 * 1024
const MAX_NAME = 200
/** How many agents, and how many changes of files that are being made, are remembered. */
const MAX_AGENTS = 100
const MAX_CHANGES = 200
/** An agent may begin agents of its own; Codex itself allows fewer generations. */
const MAX_DEPTH = 8

export interface SubAgentsOptions {
  readonly feed: Feed
  /** The thread of the agent itself. */
  readonly threadId: () => string
}

/** Who asks something: the agent itself, or one that it has begun. */
export interface Asker {
  readonly agent?: {
    readonly id: string
    /** Where Codex keeps its thread; absent when nobody could tell. */
    readonly rolloutPath?: string
  }
}

interface Followed {
  agent: SubAgent
  rolloutPath?: string
}

/**
 * The threads that the agent's thread has begun. A connection carries what they do without being asked to; of all of
 * it only who they are, how far they are and their last words are shown, and none of it in the main thread's turns.
 */
export class SubAgents {
  private readonly options: SubAgentsOptions
  private readonly followed = new Map<string, Followed>()
  private readonly changes = new Map<string, FileChange['changes']>()

  constructor(options: SubAgentsOptions) {
    this.options = options
  }

  /** Takes what a connection tells, of whichever thread. What is not as it should be says nothing. */
  observe(client: AppServerClient, notification: KnownNotification): void {
    try {
      this.follow(client, notification)
    } catch {
      // Of a later version: the threads that are followed stay as they are known.
    }
  }

  /**
   * Finds the agents again with a connection that is new. What they do and ask reaches only the connection that was
   * there when they began, or that has taken up each of their threads.
   */
  async takeUp(client: AppServerClient): Promise<void> {
    const { data: loaded } = await client.request('thread/loaded/list', {})
    for (const id of loaded.filter((one) => one !== this.options.threadId()).slice(0, MAX_AGENTS)) {
      if (await this.find(client, id))
        await client.request('thread/resume', { threadId: id, excludeTurns: true }).catch(() => undefined)
    }
    for (const [id, { agent }] of this.followed)
      if (isBusy(agent) && !loaded.includes(id)) this.change(id, { status: 'failed' })
    for (const id of this.earlier()) await this.find(client, id)
  }

  /** `undefined`: a thread that is none of ours. */
  async whose(client: AppServerClient, threadId: string): Promise<Asker | undefined> {
    if (threadId === this.options.threadId()) return {}
    const known = await this.find(client, threadId)
    if (!known) return undefined
    const { rolloutPath } = known
    return { agent: { id: threadId, ...(rolloutPath !== undefined && { rolloutPath }) } }
  }

  /** What a change of files that an agent wants to make would change, as long as it is being made. */
  changesOf(threadId: string, itemId: string): FileChange['changes'] | undefined {
    return this.changes.get(`${threadId}/${itemId}`)
  }

  private follow(client: AppServerClient, notification: KnownNotification): void {
    if (notification.method === 'thread/started') this.noteThread(notification.params.thread)
    const { params } = notification
    const threadId = 'threadId' in params ? params.threadId : undefined
    if (typeof threadId !== 'string' || !this.isOurs(threadId)) return
    if (notification.method === 'item/started' || notification.method === 'item/completed')
      this.observeCalls(client, notification.params.item)
    if (this.followed.has(threadId)) this.observeAgent(threadId, notification)
  }

  /** Of whom the history tells, the newest ones. */
  private earlier(): readonly string[] {
    const items = this.options.feed.state.turns.flatMap((turn) => turn.items)
    const ids = new Set(items.flatMap((item) => (item.type === 'agent-call' ? item.agentIds : [])))
    return [...ids].filter((id) => !this.followed.has(id)).slice(-MAX_AGENTS)
  }

  private isOurs(threadId: string): boolean {
    return threadId === this.options.threadId() || this.followed.has(threadId)
  }

  private observeCalls(client: AppServerClient, item: ThreadItem): void {
    if (item.type === 'subAgentActivity') {
      const name = path.posix.basename(item.agentPath)
      const status = activityStatus(item.kind)
      this.note(client, item.agentThreadId, { name, ...(status && { status }) })
    }
    if (item.type !== 'collabAgentToolCall') return
    for (const id of item.receiverThreadIds) {
      const state = item.agentsStates[id]
      const status = state && agentStatus(state.status)
      const lastMessage = state?.message
      this.note(client, id, {
        ...(status && { status }),
        ...(typeof lastMessage === 'string' && { lastMessage }),
      })
    }
  }

  private observeAgent(id: string, notification: KnownNotification): void {
    switch (notification.method) {
      case 'turn/started':
        this.change(id, { status: 'running' })
        return
      case 'turn/completed':
        this.change(id, {
          status: translateStatus(notification.params.turn) === 'completed' ? 'done' : 'failed',
        })
        return
      case 'thread/status/changed': {
        const status = threadStatus(notification.params.status)
        // Idle tells nothing of how the turn went.
        if (status) this.change(id, { status })
        return
      }
      case 'item/started':
      case 'item/completed':
        this.observeItem(id, notification.params.item, notification.method === 'item/completed')
        return
      case 'item/fileChange/patchUpdated':
        this.keepChanges(id, notification.params.itemId, translateChanges(notification.params))
        return
      default:
    }
  }

  private observeItem(id: string, item: ThreadItem, done: boolean): void {
    if (item.type === 'agentMessage' && done && item.text !== '') this.change(id, { lastMessage: item.text })
    if (item.type !== 'fileChange') return
    if (done) this.changes.delete(`${id}/${item.id}`)
    else this.keepChanges(id, item.id, translateChanges(item))
  }

  private keepChanges(threadId: string, itemId: string, changes: FileChange['changes']): void {
    this.changes.set(`${threadId}/${itemId}`, changes)
    if (this.changes.size > MAX_CHANGES) this.changes.delete(this.changes.keys().next().value ?? '')
  }

  /** An agent of which we hear; one that is new is asked about. */
  private note(client: AppServerClient, id: string, facts: Partial<SubAgent>): void {
    if (id === this.options.threadId()) return
    const known = this.followed.has(id)
    this.change(id, facts)
    // Its name is all that is missing: without it, it has none.
    if (!known) void this.find(client, id).catch(() => undefined)
  }

  private async find(client: AppServerClient, id: string, depth = 0): Promise<Followed | undefined> {
    const known = this.followed.get(id)
    if (known?.rolloutPath !== undefined || depth > MAX_DEPTH) return known
    const thread = await client.request('thread/read', { threadId: id, includeTurns: false }).then(
      (answer) => answer.thread,
      () => undefined,
    )
    if (!thread) return known
    const parent = thread.parentThreadId
    if (!known && (typeof parent !== 'string' || !(await this.isDescendant(client, parent, depth))))
      return undefined
    return this.noteRead(thread)
  }

  private async isDescendant(client: AppServerClient, id: string, depth: number): Promise<boolean> {
    return this.isOurs(id) || (await this.find(client, id, depth + 1)) !== undefined
  }

  private noteThread(thread: Thread): void {
    if (typeof thread.parentThreadId === 'string' && this.isOurs(thread.parentThreadId)) this.noteRead(thread)
  }

  private noteRead(thread: Thread): Followed {
    const known = this.followed.get(thread.id)?.agent
    const status = known ? undefined : (threadStatus(thread.status) ?? 'done')
    const name = known?.name ?? thread.agentNickname
    const followed = this.change(thread.id, {
      ...(status && { status }),
      ...(typeof name === 'string' && { name }),
    })
    if (typeof thread.path === 'string') followed.rolloutPath = thread.path
    return followed
  }

  private change(id: string, facts: Partial<SubAgent>): Followed {
    const followed: Followed = this.followed.get(id) ?? { agent: { id, status: 'running' } }
    const before = followed.agent
    const { name, lastMessage } = facts
    followed.agent = {
      ...before,
      ...facts,
      ...(name !== undefined && { name: boundText(name, MAX_NAME) }),
      ...(lastMessage !== undefined && { lastMessage: boundText(lastMessage, MAX_LAST_MESSAGE) }),
    }
    if (!this.followed.has(id)) this.forgetOldest()
    this.followed.set(id, followed)
    if (JSON.stringify(before) !== JSON.stringify(followed.agent) || this.isUnseen(id))
      this.options.feed.publish({ type: 'agent-changed', agent: followed.agent })
    return followed
  }

  private isUnseen(id: string): boolean {
    return !this.options.feed.state.agents.some((agent) => agent.id === id)
  }

  private forgetOldest(): void {
    if (this.followed.size < MAX_AGENTS) return
    const idle = [...this.followed].find(
      ([, { agent }]) => agent.status === 'done' || agent.status === 'failed',
    )
    const oldest = idle?.[0] ?? this.followed.keys().next().value
    if (oldest !== undefined) this.followed.delete(oldest)
  }
}
