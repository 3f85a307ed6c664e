import type { AppServerClient } from '@x/codex-appserver'
import { anySignal } from '../any-signal.ts'

/** The list is there at once, unless Codex asks for it where nobody answers. */
const LIMIT_MS = 2_000

/**
 * The newer models that Codex offers in place of others. Its TUI stops at its start to ask about the one in use, and
 * Enter takes the newer one.
 */
export async function modelUpgrades(
  client: AppServerClient,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const upgrades: Record<string, string> = {}
  try {
    const { data } = await client.request(
      'model/list',
      {},
      { signal: anySignal([signal, AbortSignal.timeout(LIMIT_MS)]) },
    )
    for (const { model, upgrade } of data) if (typeof upgrade === 'string') upgrades[model] = upgrade
  } catch {
    // Then the person is asked.
  }
  return upgrades
}
