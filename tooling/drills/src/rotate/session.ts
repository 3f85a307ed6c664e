import { setTimeout as delay } from 'node:timers/promises'

/** What a session got. */
export interface SessionAnswer {
  readonly status: number
  readonly accessToken?: string
  readonly handle?: string
}

/** Asks a broker as Codex does; `undefined` when the broker has died of it. */
export async function askOnce(url: string, handle: string): Promise<SessionAnswer | undefined> {
  const body = { client_id: 'app', grant_type: 'refresh_token', refresh_token: handle }
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    const answer = (await response.json()) as {
      readonly access_token?: string
      readonly refresh_token?: string
    }
    return {
      status: response.status,
      ...(answer.access_token !== undefined && { accessToken: answer.access_token }),
      ...(answer.refresh_token !== undefined && { handle: answer.refresh_token }),
    }
  } catch {
    return undefined
  }
}

/** Asks until there are tokens, or nobody would give any for so long. @returns the last answer */
export async function askUntilGranted(
  url: string,
  handle: string,
  forMs: number,
): Promise<SessionAnswer | undefined> {
  const deadline = performance.now() + forMs
  for (;;) {
    const answer = await askOnce(url, handle)
    if (answer?.status === 200 || answer?.status === 401 || performance.now() > deadline) return answer
    await delay(200)
  }
}
