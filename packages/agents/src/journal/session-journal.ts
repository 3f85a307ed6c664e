import { randomBytes } from 'node:crypto'
import type { KeywordEntry } from '../keywords/read-keyword-log.ts'
import type { LogPosition } from '../keywords/log-position.ts'
import type { JournalEntry, JournalKey, JournalOperations, JournalRun, NewEntry } from '../store/journal.ts'
import type { JsonObject } from '../store/json.ts'
import type { TaskKey } from '../store/task-record.ts'
import { insistOnStore } from './insist-on-store.ts'
import { entryOf } from './journal-fact.ts'
import { fromOrder, toOrder } from './log-order.ts'

export interface SessionTask extends TaskKey {
  /** Of the task's record. Left out only when the store has no record of the task. */
  readonly fence?: number
}

export interface SessionJournalOptions {
  readonly journal: JournalOperations
  readonly task: SessionTask
  /** How long to insist on a store that does not answer, in milliseconds. */
  readonly storeMs: number
  readonly signal?: AbortSignal
}

/** What one run of an agent has said, and what we owe to whom for it. */
export class SessionJournal {
  readonly key: JournalKey
  readonly #options: SessionJournalOptions
  #next: LogPosition

  private constructor(options: SessionJournalOptions, run: JournalRun) {
    const { owner, taskId } = options.task
    this.#options = options
    this.key = { owner, taskId, run: run.run }
    this.#next = positionOf(run)
  }

  /** The newest run of the task when it has not ended. */
  static async unfinished(options: SessionJournalOptions): Promise<JournalRun | undefined> {
    const { owner, taskId } = options.task
    const newest = await insistOnStore(() => options.journal.newest({ owner, taskId }), options)
    return newest?.outcome ? undefined : newest
  }

  /** Takes up a run, or begins one. @param run @default a new one */
  static async open(options: SessionJournalOptions, run?: string): Promise<SessionJournal> {
    const { owner, taskId, fence } = options.task
    const key = { owner, taskId, run: run ?? randomBytes(8).toString('hex') }
    const begun = await insistOnStore(
      () => options.journal.begin(key, fence === undefined ? {} : { fence }),
      options,
    )
    return new SessionJournal(options, begun)
  }

  /** The run can go on from here. */
  async ready(): Promise<void> {
    await this.#insist((fenced) => this.#options.journal.ready(this.key, fenced))
  }

  /** Where reading the log goes on. */
  get next(): LogPosition {
    return this.#next
  }

  /** Of what is said to the agent for an entry: the same whoever sends it, and however often it is tried. */
  clientIdOf(id: string): string {
    return `${this.key.run}.${id}`
  }

  /**
   * Records lines and how far the log was read, in one step.
   * @param isPending whether somebody must still be told of it
   * @returns what they did, without those that do nothing that must be kept
   */
  async record(
    lines: readonly KeywordEntry[],
    isPending: (entry: NewEntry) => boolean,
  ): Promise<readonly JournalEntry[]> {
    const last = lines.at(-1)
    if (!last) return []
    const entries = lines.flatMap((line) => {
      const entry = entryOf(line, toOrder(line.at))
      if (!entry) return []
      return [{ ...entry, state: isPending(entry) ? ('pending' as const) : ('settled' as const) }]
    })
    const { mark } = last.next
    const batch = {
      from: toOrder(this.#next),
      next: toOrder(last.next),
      ...(mark !== undefined && { mark }),
      entries,
    }
    const run = await this.#insist((fenced) =>
      this.#options.journal.record(this.key, { ...batch, ...fenced }),
    )
    this.#next = last.next
    return entries.map((entry) => ({
      ...this.key,
      ...entry,
      id: String(entry.offset),
      createdAt: run.updatedAt,
    }))
  }

  /** What is still owed, in the order of the log. */
  open(): Promise<readonly JournalEntry[]> {
    return this.#insist(() => this.#options.journal.read(this.key, { states: ['pending', 'answered'] }))
  }

  /** Keeps a reply until it was sent; the first one stays. */
  answer(id: string, reply: string): Promise<JournalEntry> {
    return this.#insist((fenced) => this.#options.journal.answer(this.key, { id, reply, ...fenced }))
  }

  /** Keeps a message to the agent until it was sent. */
  post(id: string, text: string): Promise<JournalEntry> {
    return this.#insist((fenced) => this.#options.journal.post(this.key, { id, text, ...fenced }))
  }

  /** Nothing is left to be done for these. */
  settle(ids: readonly string[]): Promise<void> {
    return this.#insist((fenced) => this.#options.journal.settle(this.key, { ids, ...fenced }))
  }

  /** The run is over, and never goes on. */
  async end(outcome: JsonObject): Promise<void> {
    await this.#insist((fenced) => this.#options.journal.end(this.key, { outcome, ...fenced }))
  }

  #insist<T>(action: (fenced: { readonly fence?: number }) => Promise<T>): Promise<T> {
    const { fence } = this.#options.task
    return insistOnStore(() => action(fence === undefined ? {} : { fence }), this.#options)
  }
}

function positionOf({ next, mark }: JournalRun): LogPosition {
  return { ...fromOrder(next), ...(mark !== undefined && { mark }) }
}
