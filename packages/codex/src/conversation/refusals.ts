import type { Command, ConversationEvent, Feed, Refusal } from '@x/agents/conversation'
import type { Boundaries } from '../posture/boundaries.ts'
import { findDenial } from './find-denial.ts'
import type { RolloutEntry } from './parse-rollout.ts'
import { rolloutCommand, runsCommand } from './rollout-command.ts'

type Call = Extract<RolloutEntry, { type: 'call' }>

/** Reads on in the thread's own record. */
export interface RolloutReader {
  read(): Promise<readonly RolloutEntry[]>
}

export interface RefusalsOptions {
  readonly feed: Feed
  readonly publish: (event: ConversationEvent) => void
  /** What is closed now. */
  readonly boundaries: () => Boundaries
  /** Says what may be granted so that it is no longer refused. */
  readonly describe: (refusal: Refusal) => Promise<Refusal>
}

/** A line may come to disk after the notification that tells of it: by some milliseconds, on a busy machine by many. */
const LOOK_AGAIN_MS = [20, 80, 200, 400, 800, 1_600, 3_200]
/** While a turn runs its next word brings the next look. */
const TRIES_IN_A_TURN = 3
/** An item may come so much later than what the agent was told (0.142.5). */
const ITEM_LATE_MS = 300
const KEPT_OUTPUTS = 20

/**
 * Shows what Codex shows nothing of. A command that its sandbox denied at once gets no item at all: the agent is told,
 * the person is not. The agent's call and the answer to it stand in the rollout, which is read on whenever Codex tells
 * that an answer was taken in. A command that did get an item, and failed for the sandbox, is told why.
 */
export class Refusals {
  private readonly options: RefusalsOptions
  private reader: RolloutReader | undefined
  private readonly calls = new Map<
    string,
    { readonly call: Call; readonly turnId: string; readonly cwd: string }
  >()
  private turnId = ''
  private cwd = ''
  /** Outputs as the agent was told them, for items that come later. */
  private readonly told = new Map<string, string>()
  /** Turns that have ended, and whose end has not been read. */
  private readonly unfinished = new Set<string>()
  private looking: Promise<void> | undefined
  private again = false
  private wake: () => void = () => undefined

  constructor(options: RefusalsOptions) {
    this.options = options
  }

  /** The thread was taken up: `known` of its rollout is in the history, and `reader` goes on after it. */
  hydrated(reader: RolloutReader | undefined, known: readonly RolloutEntry[]): void {
    this.reader = reader
    this.calls.clear()
    for (const entry of known) this.take(entry, { show: false })
  }

  /** Something was added to the rollout, or is about to be. */
  look(): void {
    this.again = true
    this.wake()
    this.looking ??= this.readOn().finally(() => (this.looking = undefined))
  }

  /** To be told after it was published. */
  seen(event: ConversationEvent): void {
    if (event.type === 'turn-ended') {
      this.unfinished.add(event.turnId)
      this.look()
    }
    if (event.type !== 'item-completed' || event.item.type !== 'command' || event.item.refusal) return
    const told = this.told.get(event.item.id)
    if (told !== undefined && this.fillIn(event.turnId, event.item.id, told)) return
    if (event.item.status === 'failed') this.explain(event.turnId, event.item.id)
  }

  /** Reads until an answer was found, and after a turn until its end was. Never rejects. */
  private async readOn(): Promise<void> {
    for (let n = 0; n < LOOK_AGAIN_MS.length; n += 1) {
      if (this.isWanted()) n = 0
      this.again = false
      const entries = (await this.reader?.read().catch(() => [])) ?? []
      for (const entry of entries) this.take(entry, { show: true })
      const found = entries.some(({ type }) => type === 'call-answered' || type === 'turn-finished')
      if (this.isWanted()) continue
      if (this.unfinished.size === 0 && (found || n >= TRIES_IN_A_TURN)) return
      await this.pause(LOOK_AGAIN_MS[n] ?? 0)
    }
    this.unfinished.clear()
  }

  /** Somebody has asked for a look since this one began. */
  private isWanted(): boolean {
    return this.again
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms).unref()
      this.wake = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }

  private take(entry: RolloutEntry, { show }: { readonly show: boolean }): void {
    if (entry.type === 'turn-began') this.turnId = entry.turnId
    if (entry.type === 'turn-finished') this.unfinished.delete(entry.turnId)
    if (entry.type === 'turn-context') this.cwd = entry.cwd
    if (entry.type === 'call' && runsCommand(entry))
      this.calls.set(entry.callId, { call: entry, turnId: entry.turnId ?? this.turnId, cwd: this.cwd })
    if (entry.type !== 'call-answered') return
    const known = this.calls.get(entry.callId)
    this.calls.delete(entry.callId)
    if (!known || !show) return
    const facts = { cwd: known.cwd, running: false, boundaries: this.options.boundaries() }
    const command = rolloutCommand(known.call, entry.output, facts)
    if (command.exitCode !== undefined && command.output !== '') this.remember(entry.callId, command.output)
    if (this.find(known.turnId, entry.callId)) {
      if (command.exitCode !== undefined) this.fillIn(known.turnId, entry.callId, command.output)
      return
    }
    // Whoever declined it knows; what succeeded has an item that is on its way.
    if (command.status === 'refused') void this.show(known.turnId, command)
    else if (command.exitCode !== undefined && command.exitCode !== 0) this.showLate(known.turnId, command)
  }

  private async show(turnId: string, command: Command): Promise<void> {
    const { describe, publish } = this.options
    // At once, in its place; what may be granted takes a look at the machine.
    publish({ type: 'item-completed', turnId, item: command })
    if (!command.refusal) return
    const refusal = await describe(command.refusal).catch(() => command.refusal as Refusal)
    const now = this.find(turnId, command.id)
    if (refusal.grant && now?.status === 'refused')
      publish({ type: 'item-completed', turnId, item: { ...now, refusal } })
  }

  /** It failed, and nothing says that it was the sandbox: it is shown as what it is, should Codex not do so. */
  private showLate(turnId: string, command: Command): void {
    setTimeout(() => {
      if (!this.find(turnId, command.id)) void this.show(turnId, command)
    }, ITEM_LATE_MS).unref()
  }

  /** Codex tells a command that ends at once without its output now and then; the agent was told it. */
  private fillIn(turnId: string, itemId: string, output: string): boolean {
    const item = this.find(turnId, itemId)
    if (item?.phase !== 'done' || item.output !== '' || output === '') return false
    this.options.publish({ type: 'item-completed', turnId, item: { ...item, output } })
    return true
  }

  private remember(itemId: string, output: string): void {
    this.told.set(itemId, output)
    for (const id of this.told.keys()) if (this.told.size > KEPT_OUTPUTS) this.told.delete(id)
  }

  private explain(turnId: string, itemId: string): void {
    const item = this.find(turnId, itemId)
    const denial = item && findDenial(item, this.options.boundaries())
    if (!denial) return
    void this.options
      .describe(denial)
      .catch(() => denial)
      .then((refusal) => {
        const now = this.find(turnId, itemId)
        if (now) this.options.publish({ type: 'item-completed', turnId, item: { ...now, refusal } })
      })
  }

  private find(turnId: string, itemId: string): Command | undefined {
    const turn = this.options.feed.state.turns.findLast(({ id }) => id === turnId)
    const item = turn?.items.findLast(({ id }) => id === itemId)
    return item?.type === 'command' ? item : undefined
  }
}
