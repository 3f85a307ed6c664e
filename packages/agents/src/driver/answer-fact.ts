import { resolveDeliverablePath } from '../deliverables/deliverable-path.ts'
import { renderDeliverableReply, type DeliverableFate } from '../deliverables/deliverable-replies.ts'
import { storeDeliverable } from '../deliverables/store-deliverable.ts'
import type { JournalFact } from '../journal/journal-fact.ts'
import { StoreError } from '../store/store-error.ts'
import type { DeliverableRecord } from '../store/deliverable.ts'
import { isOutOfReach } from './is-out-of-reach.ts'
import { whileReachable } from './reach.ts'
import { AgentSessionError } from './session-error.ts'
import type { Running } from './running.ts'
import type { CallOptions } from './session-callbacks.ts'
import { withinBudget } from './within-budget.ts'

type Told = Exclude<JournalFact, { readonly type: 'deliverable' | 'done' | 'error' | 'hint' }>
type Message = Extract<JournalFact, { readonly keyword: string }>
type Announcement = Extract<JournalFact, { readonly type: 'deliverable' }>

/** Longer answers of the embedder are cut. */
const MAX_ANSWER_CHARACTERS = 16 * 1024

/**
 * Tells the embedder what a line of the log says.
 * @returns what the agent is to be told for it
 * @throws what is not about this line: the session is over, or can't be kept
 */
export async function answerFact<T>(
  running: Running<T>,
  id: string,
  fact: JournalFact,
): Promise<string | undefined> {
  switch (fact.type) {
    case 'deliverable':
      return answerDeliverable(running, id, fact)
    case 'hint':
      return `your line ${JSON.stringify(fact.text)} was not understood: ${fact.hint}.`
    case 'done':
    case 'error':
      return undefined
    default:
      if (fact.type === 'caller-message') return answerCaller(running, id, fact)
      await tell(running, id, fact)
      return undefined
  }
}

/** What needs no answer. */
async function tell<T>(running: Running<T>, id: string, fact: Told): Promise<void> {
  const { callbacks, journal } = running
  const told = { id: journal.clientIdOf(id) }
  try {
    await call(running, async (options) => {
      switch (fact.type) {
        case 'status':
          return callbacks.onStatus?.({ ...told, percent: fact.percent, message: fact.message }, options)
        case 'attention':
          return callbacks.onAttention?.({ ...told, reason: fact.reason }, options)
        case 'browser':
          return callbacks.onBrowser?.({ ...told, url: fact.url }, options)
        default:
          return callbacks.onClientMessage?.({ ...told, keyword: fact.keyword, data: fact.data }, options)
      }
    })
  } catch (error) {
    running.lanes.throwIfAborted()
    running.onProblem('callback', error)
  }
}

async function answerCaller<T>(
  running: Running<T>,
  id: string,
  { keyword, data }: Message,
): Promise<string | undefined> {
  const { parse, handle } = running.callbacks.callerMessages ?? {}
  if (!handle) return undefined
  let parsed: T
  try {
    // Without a parser the embedder has said that it takes any value.
    parsed = parse ? parse(keyword, data) : (data as T)
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error)
    return `caller message ${keyword} (#${id}): rejected: ${cut(why)}`
  }
  try {
    const message = { id: running.journal.clientIdOf(id), keyword, data: parsed }
    return answerOf(await call(running, (options) => handle(message, options)))
  } catch (error) {
    running.lanes.throwIfAborted()
    running.onProblem('callback', error)
    return undefined
  }
}

async function answerDeliverable<T>(
  running: Running<T>,
  id: string,
  { path }: Announcement,
): Promise<string> {
  const found = resolveDeliverablePath(path, running.directories)
  const reply = (fate: DeliverableFate): string =>
    renderDeliverableReply(found.type === 'inside' ? found.name : path, id, fate)
  if (found.type !== 'inside') return reply({ type: found.type === 'bad' ? 'bad-path' : 'outside' })
  try {
    const { lostMs, deliverableMs: ms, lanes } = running
    const stored = await withinBudget({ phase: 'deliverable', ms, signal: lanes }, (signal) =>
      whileReachable({ lostMs, signal }, () =>
        storeDeliverable({ ...running.storing, signal }, running.journal.clientIdOf(id), found),
      ),
    )
    if (stored.type === 'refused') return reply(stored.fate)
    return reply(await fateOf(running, id, stored.record))
  } catch (error) {
    running.lanes.throwIfAborted()
    // What ends the session, or leaves the announcement to the next one.
    if (isOutOfReach(error) || (error instanceof StoreError && error.code === 'lease-lost')) throw error
    running.onProblem('callback', error)
    return reply({ type: 'trouble' })
  }
}

async function fateOf<T>(
  running: Running<T>,
  id: string,
  record: DeliverableRecord,
): Promise<DeliverableFate> {
  const { callbacks, journal, storing } = running
  const read = async (): Promise<AsyncIterable<Uint8Array>> =>
    (await storing.deliverables.read(record)).content
  const handedOver = { ...record, id: journal.clientIdOf(id), read }
  try {
    const answer = answerOf(await call(running, (options) => callbacks.onDeliverable?.(handedOver, options)))
    return answer === undefined || answer.toLowerCase() === 'ok'
      ? { type: 'accepted' }
      : { type: 'correction', text: answer }
  } catch (error) {
    running.lanes.throwIfAborted()
    running.onProblem('callback', error)
    const isLate = error instanceof AgentSessionError && error.code === 'timed-out'
    return { type: isLate ? 'no-answer' : 'trouble' }
  }
}

function call<R, T>(running: Running<T>, body: (options: CallOptions) => R | Promise<R>): Promise<R> {
  const { callbackMs: ms, lanes: signal } = running
  return withinBudget({ phase: 'callback', ms, signal }, (end) => body({ signal: end }))
}

/** Whatever else a callback returns says nothing. */
function answerOf(answer: unknown): string | undefined {
  const text = typeof answer === 'string' ? answer.trim() : ''
  return text === '' ? undefined : cut(text)
}

function cut(text: string): string {
  return text.length > MAX_ANSWER_CHARACTERS ? `${text.slice(0, MAX_ANSWER_CHARACTERS - 1)}…` : text
}
