import { listArchive } from '@x/host'
import type { SnapshotKey } from '../store/snapshot-record.ts'
import { chainOf } from './chain.ts'
import { streamPart } from './read-part.ts'
import { holdAll } from './restore-snapshot.ts'
import { isAllowed, loginPaths, meet } from './snapshot-content.ts'
import { SnapshotError } from './snapshot-error.ts'
import { rulesOf, type SnapshotsContext } from './snapshots-context.ts'

/** Something in a snapshot that must not be there. */
export interface SnapshotFinding {
  /** Of the one of the chain that holds it. */
  readonly snapshotId: string
  /** Relative to the session's directory. */
  readonly path: string
  /** A file of a login by its name; something that the rules don't let in; a file with one of the secrets in it. */
  readonly what: 'login' | 'not-allowed' | 'secret'
}

export interface VerifySnapshotOptions {
  /** Bytes that must stand nowhere, for example tokens. @default none: names are looked at alone */
  readonly secrets?: readonly Uint8Array[]
  readonly signal?: AbortSignal
}

/**
 * Reads what was stored of a snapshot and of all below it, every byte, and names what must not be there. Nothing is
 * found, and nothing thrown, when it can be restored and holds no login.
 * @throws SnapshotError `broken-chain`, `unknown-agent`; StoreError `not-found`, `corrupt`, `wrong-key`
 * @throws HostError `archive-unsafe`
 */
export async function verifySnapshot(
  context: SnapshotsContext,
  key: SnapshotKey,
  { secrets = [], signal }: VerifySnapshotOptions = {},
): Promise<readonly SnapshotFinding[]> {
  const { store, seeds } = context
  const snapshot = await store.snapshots.get(key)
  const rules = rulesOf(context, snapshot.agent)
  const logins = loginPaths(rules, seeds)
  const { owner, taskId } = key
  const chain = chainOf(snapshot, await store.snapshots.list({ owner, taskId }))
  if (!chain)
    throw new SnapshotError('broken-chain', `something below snapshot ${key.snapshotId} is bad or gone`)
  await using _ = await holdAll(store, chain)
  const findings: SnapshotFinding[] = []
  for (const one of chain) {
    const entries = listArchive(streamPart(store, one, 'archive'), {
      needles: secrets,
      ...(signal && { signal }),
    })
    const { snapshotId } = one
    for await (const { path, type, contains } of entries) {
      const isLogin = logins.some((login) => (type === 'directory' ? login === path : meet(path, login)))
      if (path !== '' && isLogin) findings.push({ snapshotId, path, what: 'login' })
      else if (!isAllowed(rules, path)) findings.push({ snapshotId, path, what: 'not-allowed' })
      if (contains.length > 0) findings.push({ snapshotId, path, what: 'secret' })
    }
  }
  return findings
}
