import type { ConnectionClosed } from './transport/frame-channel.ts'
import { redactLine } from './wire/redact-line.ts'

/**
 * What went wrong, for programs:
 * `rpc-failed` the peer said no; `protocol` the peer spoke nonsense; `connection-closed` the link is gone;
 * `request-timeout` no answer in time; `handshake-failed` the link never came to be;
 * `answered-elsewhere` a request of the server needs no answer any more.
 */
export type AppServerErrorCode =
  | 'rpc-failed'
  | 'protocol'
  | 'connection-closed'
  | 'request-timeout'
  | 'handshake-failed'
  | 'answered-elsewhere'

/** Base of every error of this package. */
export class AppServerError extends Error {
  override readonly name: string = 'AppServerError'
  readonly code: AppServerErrorCode

  constructor(code: AppServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options)
    this.code = code
  }
}

/** The server understood a request and refused it. Whether to try again depends on `rpcCode`. */
export class RpcError extends AppServerError {
  override readonly name = 'RpcError'
  readonly method: string
  /** JSON-RPC's number: -32600 invalid request, -32601 unknown method, -32603 internal, -32001 overloaded. */
  readonly rpcCode: number
  /** The server's words, unshortened; they may quote what the request held. */
  readonly rpcMessage: string
  /** What else the server attached, as it came. */
  readonly data: unknown

  constructor(
    method: string,
    error: { readonly code: number; readonly message: string; readonly data?: unknown },
  ) {
    super('rpc-failed', `${redactLine(error.message, 500)} (${String(error.code)}), in answer to ${method}`)
    this.method = method
    this.rpcCode = error.code
    this.rpcMessage = error.message
    this.data = error.data
  }
}

/**
 * The peer sent something that is not the protocol. It was left out, or the request that it answers was rejected with
 * this; the connection goes on.
 */
export class ProtocolError extends AppServerError {
  override readonly name = 'ProtocolError'
  /**
   * The beginning of what was sent, with what looks like a credential removed; of a message that is well-formed but
   * not what its method says, only the method.
   */
  readonly line: string
  /** What is wrong, with paths and JSON types and without values: `params.turn.id: expected string, got null`. */
  readonly issues: readonly string[]

  constructor(line: string, issues: readonly string[], options?: ErrorOptions) {
    super('protocol', `${issues.join('; ')}: ${line}`, options)
    this.line = line
    this.issues = issues
  }
}

/** The link is gone. Every pending request gets one; connect again to go on. */
export class ConnectionClosedError extends AppServerError {
  override readonly name = 'ConnectionClosedError'
  readonly reason: ConnectionClosed['reason']
  /** The end of the server's error output, at most 8 KiB and without secrets; empty where it is not known. */
  readonly stderr: string

  constructor(closed: ConnectionClosed, method?: string) {
    const waiting = method === undefined ? '' : `, while ${method} was waiting for its answer`
    super('connection-closed', `${closed.detail}${waiting}${lastLine(closed.stderr)}`, {
      cause: closed.cause,
    })
    this.reason = closed.reason
    this.stderr = closed.stderr ?? ''
  }
}

/** The link never came to be: nothing that speaks WebSocket is at the other end, or not in time. */
export class HandshakeError extends AppServerError {
  override readonly name = 'HandshakeError'
  /** The end of the error output of the process that leads there, at most 8 KiB and without secrets. */
  readonly stderr: string

  constructor(why: string, stderr: string, options?: ErrorOptions) {
    super('handshake-failed', `${why}${lastLine(stderr)}`, options)
    this.stderr = stderr
  }
}

/** No answer within the request's own time. The server may still do what was asked; a late answer is dropped. */
export class RequestTimeoutError extends AppServerError {
  override readonly name = 'RequestTimeoutError'
  readonly method: string
  readonly timeoutMs: number

  constructor(method: string, timeoutMs: number) {
    super('request-timeout', `no answer within ${String(timeoutMs)} ms, from ${method}`)
    this.method = method
    this.timeoutMs = timeoutMs
  }
}

/** What a process said last, as the end of a message: most often that is why it ended. */
function lastLine(stderr = ''): string {
  const line = stderr.slice(stderr.lastIndexOf('\n') + 1)
  return line === '' ? '' : `; it said: ${redactLine(line, 300)}`
}
