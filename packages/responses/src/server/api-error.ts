/** A refusal in the API's own shape. */
export interface ApiError {
  readonly status: number
  readonly body: {
    readonly error: {
      readonly message: string
      readonly type: string
      readonly param: string | null
      readonly code: string | null
    }
  }
}

/** Builds the JSON error that clients of the API know how to read. */
export function apiError(
  status: number,
  message: string,
  code: string | null = null,
  param: string | null = null,
): ApiError {
  const type = status >= 500 ? 'server_error' : status === 429 ? 'rate_limit_error' : 'invalid_request_error'
  return { status, body: { error: { message, type, param, code } } }
}
