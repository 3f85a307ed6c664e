/**
 * The line that a start of a session adds to its log of starts: `2026-07-03T09:12:44Z REFRESHED:AGENTS.md`.
 * @param startedAtMs milliseconds since the epoch
 * @param refreshed names of the files that were written anew for this start; without line ends and commas
 */
export function renderResumeLine(startedAtMs: number, refreshed: readonly string[] = []): string {
  const at = `${new Date(startedAtMs).toISOString().slice(0, 19)}Z`
  return refreshed.length === 0 ? `${at}\n` : `${at} REFRESHED:${refreshed.join(',')}\n`
}
