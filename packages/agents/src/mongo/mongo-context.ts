import type { Collection, Db } from 'mongodb'
import type { KeyProvider } from '../store/key-provider.ts'
import type { MongoBlobShelf } from './mongo-blob-shelf.ts'
import type {
  BlobDocument,
  CounterDocument,
  DeliverableDocument,
  EntryDocument,
  HandleDocument,
  MetaDocument,
  OrchestratorDocument,
  PieceDocument,
  RunDocument,
  SeedDocument,
  SnapshotDocument,
  TaskDocument,
  WaiterDocument,
} from './mongo-documents.ts'

/** The collections of one store. */
export interface MongoCollections {
  readonly seeds: Collection<SeedDocument>
  readonly blobs: Collection<BlobDocument>
  readonly pieces: Collection<PieceDocument>
  readonly handles: Collection<HandleDocument>
  readonly waiters: Collection<WaiterDocument>
  readonly counters: Collection<CounterDocument>
  readonly orchestrators: Collection<OrchestratorDocument>
  readonly tasks: Collection<TaskDocument>
  readonly snapshots: Collection<SnapshotDocument>
  readonly runs: Collection<RunDocument>
  readonly entries: Collection<EntryDocument>
  readonly deliverables: Collection<DeliverableDocument>
  readonly meta: Collection<MetaDocument>
}

/** What every operation works with. */
export interface MongoContext extends MongoCollections {
  readonly db: Db
  readonly shelf: MongoBlobShelf
  readonly keys: KeyProvider
}

export function collectionsOf(db: Db): MongoCollections {
  return {
    seeds: db.collection('seeds'),
    blobs: db.collection('blobs'),
    pieces: db.collection('blob_pieces'),
    handles: db.collection('handles'),
    waiters: db.collection('waiters'),
    counters: db.collection('counters'),
    orchestrators: db.collection('orchestrators'),
    tasks: db.collection('tasks'),
    snapshots: db.collection('snapshots'),
    runs: db.collection('journal_runs'),
    entries: db.collection('journal_entries'),
    deliverables: db.collection('deliverables'),
    meta: db.collection('meta'),
  }
}

/** The server's clock, which every decision about time is made by. */
export async function serverTime({ db }: Pick<MongoContext, 'db'>): Promise<number> {
  const { localTime } = await db.command({ hello: 1 })
  if (!(localTime instanceof Date)) throw new TypeError('expected the server to say what time it is')
  return localTime.getTime()
}

/**
 * Matches a time of the server's that was read before. Some servers keep more digits of their clock than they tell, and
 * find nothing by what they told.
 */
export function sameInstant(time: Date) {
  return { $gte: time, $lt: new Date(time.getTime() + 1) }
}
