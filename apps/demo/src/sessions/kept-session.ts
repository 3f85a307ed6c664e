import type { ConversationState, Fault, SessionStatus, SessionSummary } from '@x/agents/conversation'
import type { Terminal, TerminalSize } from '@x/agents/terminal'
import { type OnProgress, type Session, SessionError, toFault } from '@x/codex'
import { sessionTitle } from './session-title.ts'

export interface KeptSessionOptions {
  readonly id: string
  /** Empty until it is known. */
  readonly directory: string
  readonly createdAt: number
  /** The words that it is known by from an earlier time. */
  readonly title: string | undefined
  /** Below it lie directories of ours, whose names say nothing. */
  readonly stateDir: string
  /** Why it can't be opened, as far as that is known before. */
  readonly fault?: Fault
  /** What opening it is called. */
  readonly doing: string
  /** Called anew for every try. */
  readonly open: (options: {
    readonly signal: AbortSignal
    readonly onProgress: OnProgress
  }) => Promise<Session>
  /** Called after the summary has changed. */
  readonly changed: () => void
  /** Called once, with the words that it will be known by. */
  readonly named: (title: string) => void
}

/**
 * One line of the list, and the session behind it.
 *
 * *ended* at first, and again when it was lost or is being closed; *starting* from `resume` until it was opened; then
 * *ready* until it ends; *failed* when it could not be opened, or its isolation does not hold, and at first where its
 * record is damaged. Only `resume` leads out of *failed* and *ended*, and not once it was detached, nor while it is being closed.
 */
export class KeptSession {
  readonly id: string
  private readonly options: KeptSessionOptions
  /** Of the opening that is under way, or was the last. */
  private giveUp = new AbortController()
  private leaving = false
  private opening: Promise<void> = Promise.resolve()
  private session: Session | undefined
  private current: SessionSummary
  /** What was last told to be new. */
  private shown = ''
  /** The title has a person's words in it, and stays. */
  private spoken: boolean

  constructor(options: KeptSessionOptions) {
    const { id, directory, createdAt, fault } = options
    this.id = id
    this.options = options
    this.spoken = options.title !== undefined
    const title = options.title ?? this.titleOf(undefined, directory)
    const status: SessionStatus = fault ? { state: 'failed', fault } : { state: 'ended' }
    this.current = { id, directory, createdAt, title, status }
  }

  get summary(): SessionSummary {
    return this.current
  }

  /** Only while it is ready. */
  get conversation(): Session['conversation'] | undefined {
    return this.current.status.state === 'ready' ? this.session?.conversation : undefined
  }

  /** The agent's own program on it, only while it is ready; whoever calls closes it. @throws what opening it throws */
  async openTerminal(size: TerminalSize): Promise<Terminal | undefined> {
    return this.current.status.state === 'ready' ? await this.session?.openTerminal(size) : undefined
  }

  /** Opens it, when it is not open or on its way. How that goes shows in the summary. */
  resume(): void {
    const { state } = this.current.status
    if (this.leaving || state === 'starting' || state === 'ready') return
    this.giveUp = new AbortController()
    this.session = undefined
    this.show({ state: 'starting', doing: this.options.doing })
    this.opening = this.open()
  }

  /** We go, it stays. One that is still being opened is given up, and found again by its record. Never rejects. */
  async detach(): Promise<void> {
    this.leaving = true
    this.giveUp.abort()
    await this.opening
    await this.session?.detach().catch(() => undefined)
  }

  /** Ends it, once it was opened or given up. It can be resumed after that, also when it failed. @throws what closing throws */
  async close(): Promise<void> {
    this.leaving = true
    this.giveUp.abort()
    try {
      await this.opening
      await this.session?.close()
    } finally {
      this.leaving = false
    }
  }

  private async open(): Promise<void> {
    const { open } = this.options
    const { signal } = this.giveUp
    const onProgress: OnProgress = ({ doing, progress }) => {
      if (signal.aborted) return
      this.show({ state: 'starting', doing, ...(progress === undefined ? {} : { progress }) })
    }
    try {
      this.session = await open({ signal, onProgress })
    } catch (error) {
      this.show(signal.aborted ? { state: 'ended' } : { state: 'failed', fault: toFault(error) })
      return
    }
    void this.follow(this.session)
  }

  private async follow(session: Session): Promise<void> {
    this.current = { ...this.current, directory: session.directory }
    let isolation: Fault | undefined
    session.ready.catch((error: unknown) => {
      if (error instanceof SessionError && error.code === 'posture') isolation = toFault(error)
    })
    this.showReady(session)
    for await (const _frame of session.conversation.feed()) this.showReady(session)
    const { fault } = await session.closed
    if (isolation) this.show({ state: 'failed', fault: isolation })
    else this.show({ state: 'ended', ...(fault ? { fault } : {}) })
  }

  private showReady(session: Session): void {
    const { state } = session.conversation
    if (state.link.state === 'ended') return
    const turn = state.turns.at(-1)?.status === 'in-progress' ? 'running' : 'idle'
    if (!this.spoken) this.nameBy(state, session.directory)
    this.show({ state: 'ready', turn, needsYou: state.approvals.length + state.questions.length })
  }

  private nameBy(state: ConversationState, directory: string): void {
    const title = this.titleOf(state, directory)
    this.spoken = state.turns.length > 0 && title !== this.titleOf(undefined, directory)
    this.current = { ...this.current, directory, title }
    if (this.spoken) this.options.named(title)
  }

  private show(status: SessionStatus): void {
    this.current = { ...this.current, status }
    const shown = JSON.stringify(this.current)
    if (shown === this.shown) return
    this.shown = shown
    this.options.changed()
  }

  private titleOf(state: ConversationState | undefined, directory: string): string {
    return sessionTitle(state, directory.startsWith(`${this.options.stateDir}/`) ? '' : directory)
  }
}
