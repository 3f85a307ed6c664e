import {
  ConnectionClosedError,
  RequestTimeoutError,
  RpcError,
  type AppServerClient,
  type ClientMethod,
  type ParamsOf,
} from '@x/codex-appserver'

interface Asked {
  readonly method: string
  readonly params: Record<string, unknown>
}

/** As much of a connection as sending needs: answers are given by hand, in the test. */
export class FakeClient {
  readonly asked: Asked[] = []
  readonly closed: Promise<unknown>
  private readonly waiting: { resolve: (result: unknown) => void; reject: (reason: Error) => void }[] = []
  private readonly awaited = new Set<() => void>()
  private endClosed!: (value: unknown) => void

  constructor() {
    this.closed = new Promise((resolve) => (this.endClosed = resolve))
  }

  get client(): AppServerClient {
    return this as unknown as AppServerClient
  }

  request<M extends ClientMethod>(method: M, params: ParamsOf<M>): Promise<unknown> {
    this.asked.push({ method, params: params as Record<string, unknown> })
    for (const resume of this.awaited) resume()
    this.awaited.clear()
    return new Promise((resolve, reject) => this.waiting.push({ resolve, reject }))
  }

  /** The `count`th request, as soon as it was made. */
  async next(count: number): Promise<Asked> {
    while (this.asked.length < count) await new Promise<void>((resolve) => this.awaited.add(resolve))
    return this.asked[count - 1] as Asked
  }

  answer(count: number, result: unknown): void {
    this.waiting[count - 1]?.resolve(result)
  }

  /** No answer comes in time; the link stands. */
  timeOut(count: number): void {
    this.waiting[count - 1]?.reject(new RequestTimeoutError(this.asked[count - 1]?.method ?? '', 30_000))
  }

  close(): Promise<unknown> {
    this.cut()
    return this.closed
  }

  refuse(count: number, message: string): void {
    const method = this.asked[count - 1]?.method ?? ''
    this.waiting[count - 1]?.reject(new RpcError(method, { code: -32_600, message }))
  }

  /** The link breaks: every request that waits is lost. */
  cut(): void {
    const closed = { reason: 'link-failed' as const, detail: 'cut' }
    this.endClosed(closed)
    for (const { reject } of this.waiting) reject(new ConnectionClosedError(closed))
  }
}
