/**
 * - `no-active-turn`: there is no running turn to add to.
 * - `choice-not-offered`: the approval does not offer that answer.
 * - `closed`: the conversation is over.
 * - `gate-closed`: the session may not take turns; `cause` says why.
 * - `withdrawn`: the message was taken out of the queue before it was sent.
 * - `queue-full`: no more messages can wait; take one out, or send one.
 * - `not-grantable`: nothing that may be granted stood in the command's way, or something else did.
 */
export type ConversationErrorCode =
  | 'no-active-turn'
  | 'choice-not-offered'
  | 'closed'
  | 'gate-closed'
  | 'withdrawn'
  | 'queue-full'
  | 'not-grantable'

/** What a conversation throws when it can't do what was asked. */
export class ConversationError extends Error {
  override readonly name: string = 'ConversationError'
  readonly code: ConversationErrorCode

  constructor(code: ConversationErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
