/**
 * - `port-in-use`: another program listens there.
 * - `listen-failed`: the address can't be listened on for another reason; `cause` has it.
 * - `page-missing`: the directory of the page can't be read or has no `index.html`.
 */
export type HttpServerErrorCode = 'port-in-use' | 'listen-failed' | 'page-missing'

/** Why the server could not be opened. */
export class HttpServerError extends Error {
  override readonly name: string = 'HttpServerError'
  readonly code: HttpServerErrorCode

  constructor(code: HttpServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** A session that was asked for can't be had; the message is for the person who asked. */
export class SessionRefusedError extends Error {
  override readonly name: string = 'SessionRefusedError'
  /** What the person can do about it. */
  readonly remedy: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly remedy?: string } = {}) {
    super(message, options)
    this.remedy = options.remedy
  }
}

/** Nobody can log in this way now; the message is for the person who asked. */
export class LoginRefusedError extends Error {
  override readonly name: string = 'LoginRefusedError'
  /** What the person can do about it. */
  readonly remedy: string | undefined

  constructor(message: string, options: ErrorOptions & { readonly remedy?: string } = {}) {
    super(message, options)
    this.remedy = options.remedy
  }
}

/** A command that came through the control door can't be read; the message is for the program that sent it. */
export class ControlCommandError extends Error {
  override readonly name: string = 'ControlCommandError'
}
