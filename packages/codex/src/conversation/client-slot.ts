import type { AppServerClient } from '@x/codex-appserver'

/** The connection of the moment: there is one, or one is waited for, or there will never be one again. */
export class ClientSlot {
  private client: AppServerClient | undefined
  private ended: Error | undefined
  private readonly waiting = new Set<{
    resolve: (client: AppServerClient) => void
    reject: (reason: Error) => void
  }>()

  get current(): AppServerClient | undefined {
    return this.client
  }

  /** The connection, as soon as there is one. Rejects with what `end` was given. */
  next(): Promise<AppServerClient> {
    if (this.client) return Promise.resolve(this.client)
    return new Promise((resolve, reject) => {
      if (this.ended) reject(this.ended)
      else this.waiting.add({ resolve, reject })
    })
  }

  fill(client: AppServerClient): void {
    if (this.ended) return
    this.client = client
    for (const { resolve } of this.waiting) resolve(client)
    this.waiting.clear()
  }

  empty(): void {
    this.client = undefined
  }

  end(reason: Error): void {
    this.client = undefined
    this.ended ??= reason
    for (const { reject } of this.waiting) reject(this.ended)
    this.waiting.clear()
  }
}
