import type { Host } from '@x/host'
import { parseRollout, parseRolloutLine, type RolloutEntry } from './parse-rollout.ts'

/** Rollouts grow with the thread; beyond this the history stays as the protocol tells it. */
const MAX_BYTES = 256 * 1024 * 1024

/** A rollout up to the end of its last whole line, and how far that is. */
export async function readRollout(
  host: Host,
  path: string,
): Promise<{ readonly entries: readonly RolloutEntry[]; readonly bytes: number }> {
  const data = await host.files.read(path, { maxBytes: MAX_BYTES })
  const bytes = data.lastIndexOf(0x0a) + 1
  return { entries: parseRollout(new TextDecoder().decode(data.subarray(0, bytes))), bytes }
}

/** How often and how long a call that is not yet on disk is looked for: Codex writes it some 20 ms before it asks. */
const TRIES = 10
const WAIT_MS = 50

type Call = Extract<RolloutEntry, { type: 'call' }>

/** What an approval says of the call behind it. */
export interface AskedCall {
  readonly itemId: string
  readonly turnId: string
}

/**
 * Whether the call behind an approval asks to run outside the sandbox.
 *
 * The approval itself does not say so (a justification may be left out), the agent's own call does: in the rollout,
 * under the item's id. That id was chosen by the model's endpoint, so one that was used before proves nothing. What
 * can't be found, or told apart, or read, counts as asking for it.
 */
export async function leavesSandbox(
  host: Host,
  rolloutPath: string | undefined,
  asked: AskedCall,
): Promise<boolean> {
  if (rolloutPath === undefined) return true
  for (let n = 0; n < TRIES; n += 1) {
    const entries = await findEntries(host, rolloutPath, asked.itemId)
    const calls = entries.filter((entry): entry is Call => entry.type === 'call')
    // Its question is open, so an answer belongs to an earlier call of the same name.
    if (calls.length > 1 || entries.length > calls.length) return true
    if (calls[0]?.turnId === asked.turnId) return asksForMore(calls[0])
    await new Promise((resolve) => setTimeout(resolve, WAIT_MS))
  }
  return true
}

/** The calls of this id, and the answers to them. */
async function findEntries(
  host: Host,
  rolloutPath: string,
  itemId: string,
): Promise<readonly RolloutEntry[]> {
  const pattern = `"call_id":${JSON.stringify(itemId)}`
  const found = await host.exec(['grep', '-F', '-e', pattern, '--', rolloutPath], {
    maxBytes: 64 * 1024 * 1024,
    timeoutMs: 10_000,
  })
  return found.stdout
    .split('\n')
    .flatMap((line) => parseRolloutLine(line) ?? [])
    .filter((entry) => (entry.type === 'call' || entry.type === 'call-answered') && entry.callId === itemId)
}

/** Both spellings that Codex's command tools have had. Anything but the default is more. */
function asksForMore({ arguments: args }: Call): boolean {
  const wanted = args?.['sandbox_permissions']
  return (
    args === undefined ||
    (wanted !== undefined && wanted !== 'use_default') ||
    args['with_escalated_permissions'] === true
  )
}
