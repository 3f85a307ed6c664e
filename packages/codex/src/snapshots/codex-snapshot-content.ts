import type { SnapshotContentRules } from '@x/agents/snapshots'

/**
 * What of a session's directory is needed to go on elsewhere: the work, the rollouts of its threads with their names,
 * and the messages that wait. Codex builds its databases anew from the rollouts, which was measured with both versions.
 * They must not be taken along: 0.169.0 keeps in one where on the disk a rollout lies, and goes on with that one.
 */
export const codexSnapshotContent: SnapshotContentRules = {
  agent: 'codex',
  home: 'home',
  roots: ['work', 'home/.codex/sessions', 'home/.codex/session_index.jsonl', 'run/queue.json'],
}
