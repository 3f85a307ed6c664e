import { open, readFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'

interface Auth {
  readonly tokens: Readonly<Record<string, string>>
}

/**
 * Stands for Codex on a worker: it alone uses what lies in its home, renews it there, and goes on when whoever has
 * started it is dead. It writes as Codex does, so that a reader may meet half of a file.
 */
export class Agent {
  private readonly file: string
  private readonly tokenUrl: string

  constructor(home: string, tokenUrl: string) {
    this.file = path.join(home, '.codex/auth.json')
    this.tokenUrl = tokenUrl
  }

  async rotate(times: number): Promise<void> {
    for (let n = 0; n < times; n += 1) {
      await this.rotateOnce()
      await delay(60)
    }
  }

  /** @throws Error when the provider refuses */
  private async rotateOnce(): Promise<void> {
    const auth = JSON.parse(await readFile(this.file, 'utf8')) as Auth
    const { refresh_token = '', ...others } = auth.tokens
    const response = await fetch(this.tokenUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ client_id: 'app', grant_type: 'refresh_token', refresh_token }),
    })
    if (!response.ok) throw new Error(`the provider answers ${response.status}`)
    const renewed = (await response.json()) as Readonly<Record<string, string>>
    const tokens = { ...others, ...renewed }
    await this.write(JSON.stringify({ ...auth, tokens, last_refresh: new Date().toISOString() }))
  }

  private async write(text: string): Promise<void> {
    const file = await open(this.file, 'w', 0o600)
    try {
      await file.write(text.slice(0, text.length / 2))
      await delay(2)
      await file.write(text.slice(text.length / 2))
    } finally {
      await file.close()
    }
  }
}
