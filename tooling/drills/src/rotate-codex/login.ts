import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { Store } from '@x/agents/store'
import { issuedAuth, type IssuedTokens } from '@x/fixtures'
import { OWNER } from './errand.ts'

const ACCOUNT = 'account-1'

/** What tokens say of their bearer: the same person for every login. */
export const CLAIMS = {
  email: 'ada@example.com',
  'https://api.openai.com/auth': {
    chatgpt_plan_type: 'pro',
    chatgpt_account_id: ACCOUNT,
    chatgpt_user_id: 'user-1',
  },
}

/** A home as Codex leaves it behind when somebody has logged in. @returns its path */
export async function homeWith(directory: string, login: IssuedTokens): Promise<string> {
  const home = path.join(directory, 'homes', login.family)
  await mkdir(path.join(home, '.codex'), { recursive: true, mode: 0o700 })
  const auth = issuedAuth(login, ACCOUNT)
  await writeFile(path.join(home, '.codex/auth.json'), JSON.stringify(auth), { mode: 0o600 })
  return home
}

/** What lies in the store and renews the login. */
export async function storedToken(store: Store, seedId: string): Promise<string> {
  const { content } = await store.seeds.read({ owner: OWNER, seedId })
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return /"refresh_token": ?"([^"]+)"/.exec(Buffer.concat(pieces).toString('utf8'))?.[1] ?? ''
}
