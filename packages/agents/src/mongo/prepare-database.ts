import { newerStore } from '../store/refusals.ts'
import type { MongoContext } from './mongo-context.ts'
import { isDuplicate } from './mongo-errors.ts'
import { NEVER_REFRESHED } from './refresh-document.ts'

/** Of the documents. A newer one is refused; steps from older ones come before the version is written. */
const VERSION = 4

/**
 * Checks the version of what is there, and makes the indexes.
 * @throws StoreError `newer-store`; nothing was changed then
 */
export async function prepareDatabase(context: Omit<MongoContext, 'shelf' | 'keys'>): Promise<void> {
  const version = await versionOf(context)
  if (version > VERSION) throw newerStore(`database ${context.db.databaseName}`, version, VERSION)
  if (version < VERSION) await migrate(context)
  await Promise.all([
    context.seeds.createIndexes([
      { key: { owner: 1, createdAt: 1 } },
      { key: { owner: 1, pool: 1, leasedAt: 1 } },
      { key: { blobId: 1 } },
    ]),
    context.blobs.createIndexes([{ key: { touchedAt: 1 } }, { key: { keyId: 1 } }]),
    context.pieces.createIndexes([{ key: { blobId: 1 } }]),
    context.handles.createIndexes([{ key: { owner: 1, session: 1 } }, { key: { seedId: 1 } }]),
    context.waiters.createIndexes([{ key: { owner: 1, queue: 1, place: 1 } }]),
    context.snapshots.createIndexes([
      { key: { owner: 1, taskId: 1, number: 1 } },
      { key: { baseId: 1 } },
      { key: { archiveId: 1 } },
      { key: { manifestId: 1 } },
    ]),
    context.runs.createIndexes([{ key: { owner: 1, taskId: 1, number: 1 } }]),
    context.entries.createIndexes([{ key: { runId: 1, position: 1 } }, { key: { owner: 1, taskId: 1 } }]),
    context.deliverables.createIndexes([{ key: { owner: 1, taskId: 1, number: 1 } }, { key: { blobId: 1 } }]),
    context.tasks.createIndexes([{ key: { orchestrator: 1 } }, { key: { owner: 1, createdAt: 1 } }]),
  ])
}

/**
 * Steps are idempotent, and safe beside another orchestrator that does them. Versions 3 and 4 need
 * none: they are there so that who does not know of snapshots or deliverables does not sweep their content.
 */
async function migrate({ seeds, meta }: Pick<MongoContext, 'seeds' | 'meta'>): Promise<void> {
  await seeds.updateMany({ refreshState: { $exists: false } }, { $set: NEVER_REFRESHED })
  await meta.updateOne({ _id: 'schema', version: { $lt: VERSION } }, { $set: { version: VERSION } })
}

async function versionOf({ meta }: Pick<MongoContext, 'meta'>): Promise<number> {
  const document = await meta.findOne({ _id: 'schema' })
  if (document) return document.version
  try {
    await meta.insertOne({ _id: 'schema', version: VERSION })
    return VERSION
  } catch (error) {
    // Another orchestrator opens the new database at the same time.
    if (isDuplicate(error)) return versionOf({ meta })
    throw error
  }
}
