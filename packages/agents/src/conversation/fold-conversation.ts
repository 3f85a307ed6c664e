import type { ConversationEvent } from './conversation-event.ts'
import type { ConversationState } from './conversation-state.ts'
import { foldItem } from './fold-item.ts'
import { TurnDraft } from './turn-draft.ts'

const KEPT_NOTICES = 20
const KEPT_AGENTS = 100

type Mutable<T> = { -readonly [K in keyof T]: T[K] }
type TurnEvent = Extract<ConversationEvent, { type: `turn-${string}` }>

/**
 * The next state after a batch of events. Pure: the state given is left as it is, and what no event touches is shared with it.
 *
 * Total: an event that makes no sense in its place (a delta of an unknown item, an end without a start) is taken for
 * what it says, since we may have come late. Events that repeat what is known change nothing.
 * The cost of a batch is linear in the items of the turns that it touches.
 */
export function foldConversation(
  state: ConversationState,
  events: readonly ConversationEvent[],
): ConversationState {
  if (events.length === 0) return state
  const next: Mutable<ConversationState> = { ...state }
  const draft = new TurnDraft(state.turns)
  for (const event of events) apply(next, draft, event)
  next.turns = draft.finish()
  return next
}

function apply(next: Mutable<ConversationState>, draft: TurnDraft, event: ConversationEvent): void {
  switch (event.type) {
    case 'turn-started':
    case 'turn-ended':
    case 'turn-waiting':
    case 'turn-usage':
    case 'turn-plan':
    case 'turn-diff':
      applyToTurn(next, draft, event)
      return
    case 'item-delta':
      draft.setItem(event.turnId, event.itemId, (known) => foldItem(known, event))
      return
    case 'item-started':
    case 'item-updated':
    case 'item-completed':
      draft.setItem(event.turnId, event.item.id, (known) => foldItem(known, event))
      return
    case 'approval-requested':
      // One that comes after its turn's end could never be answered.
      if (!draft.hasEnded(event.approval.turnId)) next.approvals = put(next.approvals, event.approval)
      return
    case 'approval-resolved':
      next.approvals = without(next.approvals, (approval) => approval.id === event.approvalId)
      return
    case 'question-asked': {
      const { turnId } = event.question
      if (turnId === undefined || !draft.hasEnded(turnId))
        next.questions = put(next.questions, event.question)
      return
    }
    case 'question-resolved':
      next.questions = without(next.questions, (question) => question.id === event.questionId)
      return
    case 'queue-changed':
      next.queue = event.queue
      return
    case 'agent-changed':
      next.agents = put(next.agents, event.agent).slice(-KEPT_AGENTS)
      return
    case 'model-changed':
      next.model = event.model
      return
    case 'context-used':
      next.context = event.context
      return
    case 'link-changed':
      next.link = event.link
      return
    case 'notice':
      next.notices = put(next.notices, event.notice).slice(-KEPT_NOTICES)
      return
  }
}

function applyToTurn(next: Mutable<ConversationState>, draft: TurnDraft, event: TurnEvent): void {
  if (event.type === 'turn-started') {
    draft.start(event.turn)
    return
  }
  const turn = draft.turn(event.turnId)
  switch (event.type) {
    case 'turn-ended':
      turn.status = event.status
      if (event.error) turn.error = event.error
      if (event.endedAt !== undefined) turn.endedAt = event.endedAt
      delete turn.waiting
      draft.endTexts(event.turnId)
      next.approvals = without(next.approvals, (approval) => approval.turnId === event.turnId)
      next.questions = without(next.questions, (question) => question.turnId === event.turnId)
      return
    case 'turn-waiting':
      if (event.waiting && turn.status === 'in-progress') turn.waiting = event.waiting
      else delete turn.waiting
      return
    case 'turn-usage':
      turn.usage = event.usage
      return
    case 'turn-plan':
      turn.plan = event.plan
      return
    case 'turn-diff':
      turn.diff = event.diff
      return
  }
}

/** The same list when nothing goes. */
function without<T>(list: readonly T[], goes: (entry: T) => boolean): readonly T[] {
  return list.some(goes) ? list.filter((entry) => !goes(entry)) : list
}

/** An entry that is told again keeps its place. */
function put<T extends { readonly id: string }>(list: readonly T[], entry: T): readonly T[] {
  return list.some((one) => one.id === entry.id)
    ? list.map((one) => (one.id === entry.id ? entry : one))
    : [...list, entry]
}
