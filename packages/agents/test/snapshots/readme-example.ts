import type { Host } from '@x/host'
import type { SeedManifest } from '@x/agents/seeds'
import { createSnapshots, type SnapshotContentRules } from '@x/agents/snapshots'
import type { Store } from '@x/agents/store'

const content: SnapshotContentRules = { agent: 'agent', home: 'home', roots: ['work', 'home/.agent/history'] }

/** Takes a session's directory to another machine, without its login. */
export async function move(store: Store, login: SeedManifest, from: Host, to: Host, directory: string) {
  const snapshots = createSnapshots({ store, contents: [content], seeds: [login] })
  const task = { owner: 'ada', taskId: 'nightly-42' }
  const resumeRef = { thread: 't-1' }
  await snapshots.take({ ...task, host: from, directory, agent: 'agent', resumeRef, endState: 'idle' })
  await snapshots.collect({ owner: 'ada', count: 10 })
  return snapshots.restore({ ...task, host: to, target: `${directory}-moved` })
}
