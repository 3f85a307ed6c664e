import type { AppServerClient, ServerRequestContext } from '@x/codex-appserver'

type Handler = (params: unknown, context: ServerRequestContext) => unknown

/** As much of a connection as being asked needs: the test is the server. */
export class RequestClient {
  private readonly handlers = new Map<string, Handler>()
  private readonly threads: readonly Readonly<Record<string, unknown>>[]

  /** What `thread/read` finds. */
  constructor(threads: readonly Readonly<Record<string, unknown>>[] = []) {
    this.threads = threads
  }

  get client(): AppServerClient {
    return this as unknown as AppServerClient
  }

  onRequest(method: string, handler: Handler): Disposable {
    this.handlers.set(method, handler)
    return { [Symbol.dispose]: () => void this.handlers.delete(method) }
  }

  request(method: string, params: { readonly threadId?: string }): Promise<unknown> {
    const thread = this.threads.find(({ id }) => id === params.threadId)
    return method === 'thread/read' && thread
      ? Promise.resolve({ thread })
      : Promise.reject(new Error(`no ${method} here`))
  }

  /** Asks as the server does. */
  ask(
    method: string,
    params: unknown,
    options: { readonly requestId?: number; readonly signal?: AbortSignal } = {},
  ): Promise<unknown> {
    const { requestId = 0, signal = new AbortController().signal } = options
    const handler = this.handlers.get(method)
    if (!handler) throw new Error(`nobody answers ${method}`)
    return Promise.resolve(handler(params, { requestId, method, signal }))
  }
}
