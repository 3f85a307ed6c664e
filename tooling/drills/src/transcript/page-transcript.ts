import type { ConversationState, Item } from '@x/agents/conversation'
import type { Entry, Transcript } from './transcript.ts'

/** What a page shows of a conversation. Reasoning and other items are left out: the model of the drills has none. */
export function pageTranscript(state: ConversationState): Transcript {
  return {
    turns: state.turns.map(({ id, status, items }) => ({ id, status, entries: items.flatMap(entriesOf) })),
  }
}

function entriesOf(item: Item): Entry[] {
  switch (item.type) {
    case 'user-message':
      return [{ kind: 'message', clientId: item.clientId ?? item.text, text: item.text }]
    case 'agent-message':
      return [{ kind: 'answer', text: item.text }]
    case 'command': {
      const { id: callId, command, status, output, outputDropped } = item
      if (status === 'running') return [{ kind: 'command', callId, command }]
      const whole = outputDropped === 0 ? { output } : {}
      return [{ kind: 'command', callId, command, result: { status, ...whole } }]
    }
    default:
      return []
  }
}
