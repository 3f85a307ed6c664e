import path from 'node:path'
import type { SeedFiles } from '@x/agents/seeds'
import { parse } from 'smol-toml'
import { codexSeedManifest } from '../../login/codex-seed-manifest.ts'
import type { LoginPlace } from '../../login/seed-login.ts'

export const AUTH = '.codex/auth.json'
const CONFIG = '.codex/config.toml'

/** In one step, 0600: Codex reads the old file or the new one. */
export async function writeAuthFile({ host, paths }: LoginPlace, bytes: Uint8Array): Promise<void> {
  await host.files.makeDirectory(paths.codexHome, { mode: 0o700 })
  await host.files.write(path.posix.join(paths.home, AUTH), bytes, { mode: 0o600 })
}

/** Removes every credential of a login from the home of a session; what is not there is no failure. */
export async function removeCredentials({ host, paths }: LoginPlace): Promise<void> {
  const credentials = codexSeedManifest.files.filter(({ kind }) => kind === 'credential')
  for (const file of credentials) await host.files.remove(path.posix.join(paths.home, file.path))
}

/** What the person whose login it is has chosen, as far as a login carries it. */
export function settingsIn(files: SeedFiles): Readonly<Record<string, string>> {
  const stored = files.get(CONFIG)
  const pick = codexSeedManifest.files.find((file) => file.path === CONFIG)?.pick
  if (!stored || !pick) return {}
  const chosen = Object.entries(parse(Buffer.from(pick(stored)).toString('utf8')))
  return Object.fromEntries(chosen.filter((entry): entry is [string, string] => typeof entry[1] === 'string'))
}
