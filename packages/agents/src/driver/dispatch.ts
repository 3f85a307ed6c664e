import type { KeywordEntry } from '../keywords/read-keyword-log.ts'
import { factOf, type JournalFact } from '../journal/journal-fact.ts'
import type { JournalEntry, NewEntry } from '../store/journal.ts'
import { answerFact } from './answer-fact.ts'
import { Lane } from './lane.ts'
import type { Outbox } from './outbox.ts'
import type { Running } from './running.ts'
import type { SessionCallbacks } from './session-callbacks.ts'

const CAPACITY = 64
/** What is said back to an agent that misspells; more does not help it. */
const MAX_HINTS = 50

/** What the agent has said about how it ended. */
export type Verdict =
  | { readonly type: 'done'; readonly summary: string | undefined }
  | { readonly type: 'error'; readonly message: string | undefined }

export interface DispatchOptions<T> extends Running<T> {
  readonly outbox: Outbox | undefined
  readonly onVerdict: (verdict: Verdict) => void
  readonly onFailure: (error: unknown) => void
}

/**
 * Brings what the log says to whom it is for: each kind in its order, none waiting for another. When one kind is not
 * taken fast enough, the log is read no further until it is.
 */
export class Dispatch<T> {
  readonly #options: DispatchOptions<T>
  readonly #lanes: Readonly<Record<'deliverables' | 'callers' | 'facts', Lane<JournalEntry>>>
  #hints = 0
  /** What was read and has no place in a lane yet. */
  #putting: Promise<void> = Promise.resolve()

  constructor(options: DispatchOptions<T>) {
    this.#options = options
    const { lanes: signal, onFailure } = options
    const lane = (): Lane<JournalEntry> =>
      new Lane({ capacity: CAPACITY, signal, onFailure, work: (entry) => this.#work(entry) })
    this.#lanes = { deliverables: lane(), callers: lane(), facts: lane() }
  }

  /** How much is still owed to the embedder and to the agent. */
  get size(): number {
    const waiting = Object.values(this.#lanes).reduce((sum, { size }) => sum + size, 0)
    return waiting + (this.#options.outbox?.size ?? 0)
  }

  /** Takes up what an earlier driver of the run has left: the open entries of its journal. */
  async resume(open: readonly JournalEntry[]): Promise<void> {
    await this.#putAll(open)
  }

  /** Records lines and puts them on their way. @returns true when the agent has said how it ended */
  async take(lines: readonly KeywordEntry[]): Promise<boolean> {
    const verdictAt = lines.findIndex(({ event }) => event.type === 'done' || event.type === 'error')
    const wanted = verdictAt < 0 ? lines : lines.slice(0, verdictAt + 1)
    const entries = await this.#options.journal.record(wanted, (entry) => this.#isOwed(entry))
    const { onText } = this.#options.callbacks
    if (onText)
      for (const { event } of wanted)
        if (event.type === 'text' && event.text !== '') this.#text(onText, event.text)
    await this.#putAll(entries.filter(({ state }) => state === 'pending'))
    return verdictAt >= 0
  }

  /** Resolves when everybody was told and every reply was sent. */
  async drained(): Promise<void> {
    await this.#putting
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.drained()))
    await this.#options.outbox?.drained()
  }

  /** Resolves when nothing is under way any more. */
  async idle(): Promise<void> {
    await Promise.all(Object.values(this.#lanes).map((lane) => lane.idle()))
    await this.#options.outbox?.idle()
  }

  /** Whether there is anybody to be told of it. */
  #isOwed({ type }: NewEntry): boolean {
    if (type === 'done' || type === 'error' || type === 'deliverable' || type === 'caller-message')
      return true
    if (type === 'hint') return this.#options.outbox !== undefined && ++this.#hints <= MAX_HINTS
    const callback = CALLBACKS[type]
    return callback !== undefined && this.#options.callbacks[callback] !== undefined
  }

  /** What the agent has said about its end is told at once: all else may have to wait for those who are told of it. */
  async #putAll(entries: readonly JournalEntry[]): Promise<void> {
    for (const entry of entries) {
      const fact = factOf(entry)
      if (isVerdict(fact)) this.#options.onVerdict(fact)
    }
    this.#putting = (async () => {
      for (const entry of entries) await this.#put(entry)
    })()
    await this.#putting
  }

  async #put(entry: JournalEntry): Promise<void> {
    const { id, reply, state } = entry
    if (state === 'answered') {
      await this.#options.outbox?.put({ id, text: reply ?? '', isUncertain: true })
      return
    }
    const fact = factOf(entry)
    if (isVerdict(fact)) return
    if (fact?.type === 'deliverable') await this.#lanes.deliverables.put(entry)
    else if (fact?.type === 'caller-message') await this.#lanes.callers.put(entry)
    else await this.#lanes.facts.put(entry)
  }

  async #work(entry: JournalEntry): Promise<void> {
    const { journal, outbox } = this.#options
    const fact = factOf(entry)
    const reply = fact && (await answerFact(this.#options, entry.id, fact))
    if (reply === undefined || !outbox) {
      await journal.settle([entry.id])
      return
    }
    const { reply: kept = reply } = await journal.answer(entry.id, reply)
    await outbox.put({ id: entry.id, text: kept })
  }

  #text(onText: (text: string) => void, text: string): void {
    try {
      onText(text)
    } catch (error) {
      this.#options.onProblem('callback', error)
    }
  }
}

function isVerdict(fact: JournalFact | undefined): fact is JournalFact & Verdict {
  return fact?.type === 'done' || fact?.type === 'error'
}

const CALLBACKS: Readonly<Record<string, keyof SessionCallbacks<unknown>>> = {
  status: 'onStatus',
  attention: 'onAttention',
  browser: 'onBrowser',
  'client-message': 'onClientMessage',
}
