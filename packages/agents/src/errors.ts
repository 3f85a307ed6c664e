/**
 * - `no-active-turn`: there is no running turn to add to.
 * - `choice-not-offered`: the approval does not offer that answer.
 * - `closed`: the conversation is over.
 * - `gate-closed`: the session may not take turns; `cause` says why.
 */
export type ConversationErrorCode = 'no-active-turn' | 'choice-not-offered' | 'closed' | 'gate-closed'

/** What a conversation throws when it can't do what was asked. */
export class ConversationError extends Error {
  override readonly name: string = 'ConversationError'
  readonly code: ConversationErrorCode

  constructor(code: ConversationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
