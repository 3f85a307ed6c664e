import type { ConversationState } from '@x/agents/conversation'
import { setTimeout as delay } from 'node:timers/promises'
import type { FeedViewer } from '../demo/feed-viewer.ts'
import type { Answer, Page } from '../demo/page.ts'
import type { PlannedRun } from './plan.ts'

export interface SentMessage {
  readonly clientId: string
  readonly text: string
  /** `cut`: nobody knows. `too-early`: the server was back and the session not yet. `refused`: the server said no. */
  fate: 'on-its-way' | 'acknowledged' | 'cut' | 'too-early' | 'refused'
}

export interface PersonOptions {
  readonly page: Page
  readonly viewer: FeedViewer
  readonly sessionId: string
  readonly run: PlannedRun
  readonly say: (text: string) => void
  /** Ends what is done beside the script. */
  readonly signal: AbortSignal
}

/** How long a command may take to begin before its interruption is asked for all the same. */
const BEGIN_MS = 5_000

/** One person at one page, who does what a run plans, before and after the orchestrator dies. */
export class Person {
  readonly messages: SentMessage[] = []
  interrupted = false
  private readonly options: PersonOptions
  private readonly answering = new Set<string>()
  private followedUp = false
  private life = 1
  /** Resolves when the first message, or the follow-up, begins to leave. */
  readonly messageLeft: Promise<void>
  readonly followUpLeft: Promise<void>
  private tellMessage: () => void = () => undefined
  private tellFollowUp: () => void = () => undefined

  constructor(options: PersonOptions) {
    this.options = options
    this.messageLeft = new Promise((resolve) => (this.tellMessage = resolve))
    this.followUpLeft = new Promise((resolve) => (this.tellFollowUp = resolve))
  }

  /** Begins; what goes wrong because nobody answers is kept for later. */
  begin(): void {
    void this.answerQuestions()
    const sending = this.send('m', this.options.run.message)
    this.tellMessage()
    void this.followUp(sending)
  }

  /** The orchestrator is back and the session can be spoken to: what had no answer is done again. */
  async goOn(): Promise<void> {
    this.life += 1
    this.answering.clear()
    const { run, page, sessionId, viewer } = this.options
    for (const message of this.messages) {
      if (message.fate === 'too-early' || (message.fate === 'cut' && run.retries)) await this.deliver(message)
    }
    void this.answerQuestions()
    if (run.followUp && !this.followedUp) {
      this.followedUp = true
      if (run.followUp.act === 'interrupt') await this.interrupt()
      else await this.send('f', run.followUp.act.message)
    } else if (run.followUp?.act === 'interrupt' && viewer.state?.turns.at(-1)?.status === 'in-progress') {
      this.interrupted = true
      await page.interrupt(sessionId)
    }
  }

  /** Everything that was acknowledged is there, nothing runs, and nothing is asked. */
  isDone(state: ConversationState): boolean {
    if (state.turns.at(-1)?.status === 'in-progress' || state.approvals.length > 0) return false
    const shown = new Set(
      state.turns.flatMap((turn) =>
        turn.items.map((item) => (item.type === 'user-message' ? item.clientId : '')),
      ),
    )
    return this.messages.every(
      ({ fate, clientId }) => fate !== 'acknowledged' || shown.has(clientId) || this.waits(state, clientId),
    )
  }

  /** An interrupt that came before Codex had taken in a message leaves it in the queue. */
  waits(state: ConversationState | undefined, clientId: string): boolean {
    return this.interrupted && state?.queue.messages.some(({ id }) => id === clientId) === true
  }

  private async followUp(sending: Promise<void>): Promise<void> {
    const { followUp } = this.options.run
    if (!followUp) return
    await sending
    const { life } = this
    if (followUp.act === 'interrupt') await this.untilBegun()
    await delay(followUp.afterMs)
    if (this.life !== life || this.followedUp) return
    this.followedUp = true
    const acting = followUp.act === 'interrupt' ? this.interrupt() : this.send('f', followUp.act.message)
    this.tellFollowUp()
    await acting
  }

  /** A command waits for its question first. */
  private async untilBegun(): Promise<void> {
    await this.options.viewer.until(
      (state) => (state.turns.at(-1)?.items.length ?? 0) > 1 && state.approvals.length === 0,
      { timeoutMs: BEGIN_MS, signal: this.options.signal },
    )
  }

  private async interrupt(): Promise<void> {
    this.interrupted = true
    await this.options.page.interrupt(this.options.sessionId)
  }

  private async send(mark: string, text: string): Promise<void> {
    const message: SentMessage = { clientId: `${mark}-${this.options.run.n}`, text, fate: 'on-its-way' }
    this.messages.push(message)
    await this.deliver(message)
  }

  private async deliver(message: SentMessage): Promise<void> {
    const { page, sessionId, say } = this.options
    const answer = await page.send(sessionId, message.text, message.clientId)
    message.fate = fateOf(answer)
    if (answer !== 'cut' && message.fate === 'refused')
      say(`  ${message.clientId} was refused: ${JSON.stringify(answer.body)}`)
  }

  private async answerQuestions(): Promise<void> {
    const { viewer, run, page, sessionId, signal } = this.options
    const { life } = this
    while (!signal.aborted && this.life === life) {
      for (const { id } of viewer.state?.approvals ?? []) {
        if (this.answering.has(id) || (run.holdQuestions && life === 1) || !viewer.isConnected) continue
        this.answering.add(id)
        void page.answer(sessionId, id, run.decision)
      }
      await viewer.changed(signal)
    }
  }
}

function fateOf(answer: Answer): SentMessage['fate'] {
  if (answer === 'cut') return 'cut'
  if (answer.status === 202) return 'acknowledged'
  const { error } = answer.body as { readonly error?: { readonly code?: string } }
  return error?.code === 'not-ready' ? 'too-early' : 'refused'
}
