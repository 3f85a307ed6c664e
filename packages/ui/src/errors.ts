/**
 * - `unreachable`: no answer from the server; whether it did what was asked is not known.
 * - `logged-out`: the browser holds no valid login.
 * - `refused`: the server said no; `status`, `message` and `remedy` are its own.
 */
export type RequestErrorCode = 'unreachable' | 'logged-out' | 'refused'

/** A request to the server that did not do what it should. The message is a sentence for a person. */
export class RequestError extends Error {
  override readonly name: string = 'RequestError'
  readonly code: RequestErrorCode
  /** HTTP status; 0 for `unreachable`. */
  readonly status: number
  /** What the person can do about it. */
  readonly remedy: string | undefined

  constructor(
    code: RequestErrorCode,
    message: string,
    options: ErrorOptions & { readonly status?: number; readonly remedy?: string | undefined } = {},
  ) {
    super(message, options)
    this.code = code
    this.status = options.status ?? 0
    this.remedy = options.remedy
  }
}
