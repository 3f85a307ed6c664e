import type { Host } from '@x/host'
import { parseRollout, parseRolloutLine, type RolloutEntry } from './parse-rollout.ts'

/** Rollouts grow with the thread; beyond this the history stays as the protocol tells it. */
const MAX_BYTES = 256 * 1024 * 1024

export async function readRollout(host: Host, path: string): Promise<readonly RolloutEntry[]> {
  return parseRollout(await host.files.readText(path, { maxBytes: MAX_BYTES }))
}

/** How often and how long a call that is not yet on disk is looked for: Codex writes it some 20 ms before it asks. */
const TRIES = 10
const WAIT_MS = 50

/**
 * Whether the call behind an approval asks to run outside the sandbox.
 *
 * The approval itself does not say so (a justification may be left out), the agent's own call does: in the rollout,
 * under the item's id. What can't be found counts as asking for it.
 */
export async function leavesSandbox(
  host: Host,
  rolloutPath: string | undefined,
  itemId: string,
): Promise<boolean> {
  if (rolloutPath === undefined) return true
  for (let n = 0; n < TRIES; n += 1) {
    const call = await findCall(host, rolloutPath, itemId)
    if (call) return asksForMore(call.arguments)
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
  return true
}

async function findCall(
  host: Host,
  rolloutPath: string,
  itemId: string,
): Promise<Extract<RolloutEntry, { type: 'call' }> | undefined> {
  const found = await host.exec(
    ['grep', '-F', '-e', `"call_id":${JSON.stringify(itemId)}`, '--', rolloutPath],
    {
      maxBytes: 64 * 1024 * 1024,
      timeoutMs: 10_000,
    },
  )
  const entries = found.stdout.split('\n').map(parseRolloutLine)
  return entries.find((entry) => entry?.type === 'call' && entry.callId === itemId) as
    Extract<RolloutEntry, { type: 'call' }> | undefined
}

/** Both spellings that Codex's command tools have had. Anything but the default is more. */
function asksForMore(args: Readonly<Record<string, unknown>>): boolean {
  const wanted = args['sandbox_permissions']
  return (wanted !== undefined && wanted !== 'use_default') || args['with_escalated_permissions'] === true
}
