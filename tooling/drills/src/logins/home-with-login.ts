import { mkdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { issuedAuth, type IssuedTokens } from '@x/fixtures'

/** A home below `directory` as Codex leaves it behind when somebody has logged in. @returns its path */
export async function homeWithLogin(
  directory: string,
  login: IssuedTokens,
  accountId: string,
): Promise<string> {
  const home = path.join(directory, 'homes', login.family)
  await mkdir(path.join(home, '.codex'), { recursive: true, mode: 0o700 })
  const auth = issuedAuth(login, accountId)
  await writeFile(path.join(home, '.codex/auth.json'), JSON.stringify(auth), { mode: 0o600 })
  return home
}
