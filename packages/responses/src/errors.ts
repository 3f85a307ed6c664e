/**
 * Why the server could not do what was asked.
 *
 * - `port-in-use`: another process listens on the port that was asked for.
 * - `listen-failed`: the address cannot be listened on for another reason; `cause` has it.
 * - `bad-script`: a document is no script; each line of the message names a place in it and what is wrong there.
 * - `closed`: the server was closed while somebody waited for its next request.
 */
export type ResponsesErrorCode = 'port-in-use' | 'listen-failed' | 'bad-script' | 'closed'

/** What this package throws. What a client does wrong is answered over HTTP and never thrown. */
export class ResponsesError extends Error {
  override readonly name: string = 'ResponsesError'
  readonly code: ResponsesErrorCode

  constructor(code: ResponsesErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}
