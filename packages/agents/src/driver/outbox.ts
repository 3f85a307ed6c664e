import { setTimeout as delay } from 'node:timers/promises'
import type { SessionJournal } from '../journal/session-journal.ts'
import { renderSystemMessage } from '../prompt/system-message.ts'
import type { AgentSender, OutgoingMessage } from './agent-sender.ts'
import { Lane } from './lane.ts'
import type { SessionPhase } from './session-outcome.ts'
import { withinBudget } from './within-budget.ts'

const CAPACITY = 256
const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000

export interface OutboxOptions {
  readonly sender: AgentSender
  readonly journal: SessionJournal
  readonly senderMs: number
  readonly signal: AbortSignal
  readonly onProblem: (phase: SessionPhase, error: unknown) => void
  readonly onFailure: (error: unknown) => void
}

/** A message that the journal keeps. */
export interface KeptMessage {
  readonly id: string
  readonly text: string
  /** It may have been sent before. */
  readonly isUncertain?: boolean
}

/**
 * Sends what the journal keeps for the agent, one after the other, each until it has arrived. A message that may have
 * arrived is looked for before it is sent again.
 */
export class Outbox {
  readonly #options: OutboxOptions
  readonly #lane: Lane<KeptMessage>
  /** What waits or is on its way. */
  readonly #ids = new Set<string>()

  constructor(options: OutboxOptions) {
    this.#options = options
    const { signal, onFailure } = options
    this.#lane = new Lane({
      capacity: CAPACITY,
      work: (message) => this.#deliver(message),
      onFailure,
      signal,
    })
  }

  get size(): number {
    return this.#lane.size
  }

  /** Resolves when there is room. */
  async put(message: KeptMessage): Promise<void> {
    if (this.#ids.has(message.id)) return
    this.#ids.add(message.id)
    await this.#lane.put(message)
  }

  drained(): Promise<void> {
    return this.#lane.drained()
  }

  idle(): Promise<void> {
    return this.#lane.idle()
  }

  async #deliver({ id, text, isUncertain = false }: KeptMessage): Promise<void> {
    const { journal, signal, onProblem } = this.#options
    const message = { clientId: journal.clientIdOf(id), text: renderSystemMessage(text) }
    let mayHaveArrived = isUncertain
    for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
      try {
        await this.#free()
        const hasArrived =
          mayHaveArrived && (await this.#try((end) => this.#options.sender.wasSent(message.clientId, end)))
        if (!hasArrived) {
          mayHaveArrived = true
          await this.#send(message)
        }
        break
      } catch (error) {
        signal.throwIfAborted()
        onProblem('sender', error)
        await delay(pauseMs, undefined, { signal })
      }
    }
    await journal.settle([id])
    this.#ids.delete(id)
  }

  /** However long the agent is busy. */
  #free(): Promise<void> {
    const { sender, signal } = this.#options
    if (!sender.whenFree) return Promise.resolve()
    return withinBudget({ phase: 'sender', ms: Infinity, signal }, (end) =>
      sender.whenFree?.({ signal: end }),
    )
  }

  /** A try that is given up may succeed yet: nobody asks whether it did before it has settled. */
  async #send(message: OutgoingMessage): Promise<void> {
    const { sender, senderMs, signal } = this.#options
    let sending: Promise<void> | undefined
    try {
      await this.#try((end) => (sending = sender.send(message, end)))
    } catch (error) {
      signal.throwIfAborted()
      const settled = sending?.then(
        () => true,
        () => false,
      )
      const wasSent = await withinBudget({ phase: 'sender', ms: senderMs, signal }, () => settled)
      if (wasSent !== true) throw error
    }
  }

  #try<T>(step: (options: { readonly signal: AbortSignal }) => Promise<T>): Promise<T> {
    const { senderMs, signal } = this.#options
    return withinBudget({ phase: 'sender', ms: senderMs, signal }, (end) => step({ signal: end }))
  }
}
