/** How an answer fails. */
export interface FailStep {
  /** An HTTP status from 400 to 599. Without it the failure comes inside the stream. */
  readonly status?: number
  /** @default 'server_error' */
  readonly code?: string
  readonly message?: string
  /** The kind of error, such as `usage_limit_reached` with status 429. By default it follows from the status. */
  readonly type?: string
  /** The `retry-after` header, in seconds. Only with `status`. */
  readonly retryAfterSeconds?: number
  /** When the used-up limit begins anew, in seconds since 1970. Only with `status`. */
  readonly resetsAt?: number
  /** The plan whose limit is used up, such as `plus`. Only with `status`. */
  readonly planType?: string
}
