import { RequestError } from '../errors.ts'

/** An answer that takes longer is as good as none. */
const TIMEOUT_MS = 30_000
export const LOGIN_PATH = '/api/login'

export interface RequesterOptions {
  /** Where the server is, for example `location.origin`. */
  readonly baseUrl: string
  readonly fetch: typeof globalThis.fetch
  /** Called whenever the server says that the cookie is not valid. */
  readonly onLoggedOut: () => void
}

/** Asks the server. Every method rejects with a RequestError. */
export class Requester {
  private readonly options: RequesterOptions

  constructor(options: RequesterOptions) {
    this.options = options
  }

  /** @returns what the answer's JSON says; `undefined` when it says nothing */
  json(method: string, path: string, body?: object): Promise<unknown> {
    return this.ask(method, path, body, async (response) => readJson(await response.text()))
  }

  bytes(method: string, path: string, body?: object): Promise<Blob> {
    return this.ask(method, path, body, (response) => response.blob())
  }

  private async ask<T>(
    method: string,
    path: string,
    body: object | undefined,
    read: (response: Response) => Promise<T>,
  ): Promise<T> {
    const { baseUrl, fetch, onLoggedOut } = this.options
    let response: Response
    let answer: T | undefined
    let error: unknown
    try {
      response = await fetch(new URL(path, baseUrl), {
        method,
        credentials: 'same-origin',
        signal: AbortSignal.timeout(TIMEOUT_MS),
        ...(body && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
      })
      if (response.ok) answer = await read(response)
      else error = readJson(await response.text())
    } catch (cause) {
      throw new RequestError('unreachable', 'The server did not answer.', {
        cause,
        remedy: 'Look whether it still runs in the terminal where you started it, then try again.',
      })
    }
    if (response.ok) return answer as T
    // A link that was used before says nothing about the cookie that it gave.
    if (response.status === 401 && path !== LOGIN_PATH) onLoggedOut()
    throw refusal(response.status, asObject(asObject(error)['error']))
  }
}

function refusal(status: number, error: Readonly<Record<string, unknown>>): RequestError {
  const { message, remedy } = error
  return new RequestError(
    status === 401 ? 'logged-out' : 'refused',
    typeof message === 'string' ? message : `The server refused with status ${status}.`,
    { status, remedy: typeof remedy === 'string' ? remedy : undefined },
  )
}

function readJson(text: string): unknown {
  try {
    return text === '' ? undefined : (JSON.parse(text) as unknown)
  } catch {
    return undefined
  }
}

export function asObject(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
}
