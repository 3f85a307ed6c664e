/** What happened in a thread, in the fewest words in which two accounts of it can be compared. */
export interface Transcript {
  readonly turns: readonly TranscriptTurn[]
}

export interface TranscriptTurn {
  readonly id: string
  readonly status: 'in-progress' | 'completed' | 'interrupted' | 'failed'
  readonly entries: readonly Entry[]
}

export type Entry =
  | { readonly kind: 'message'; readonly clientId: string; readonly text: string }
  | { readonly kind: 'answer'; readonly text: string }
  | { readonly kind: 'command'; readonly callId: string; readonly command: string; readonly result?: Result }

/** How a command ended, as far as the account tells. */
export interface Result {
  readonly status: 'completed' | 'failed' | 'declined' | 'refused'
  readonly output?: string
}

/** Names an entry within its turn. Two answers with the same words are told apart by their number only. */
export function nameOf(entry: Entry): string {
  switch (entry.kind) {
    case 'message':
      return `message ${entry.clientId}`
    case 'answer':
      return `answer ${JSON.stringify(entry.text.trim())}`
    case 'command':
      return `command ${entry.callId}`
  }
}
