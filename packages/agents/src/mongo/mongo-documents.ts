import type { Binary } from 'mongodb'
import type { RefreshRow } from '../store/refresh-rules.ts'
import type { JournalState } from '../store/journal.ts'
import type { SeedStatus } from '../store/seed-record.ts'

// Times are dates of the server. Fields of callers with free keys are text, since keys with `$` and `.` are none here.
// Every field is always there, so that filters need not tell a missing one from null.

export interface SeedDocument {
  readonly _id: string
  readonly owner: string
  readonly name: string
  readonly agent: string
  readonly manifestVersion: number
  readonly pool: string | null
  readonly status: SeedStatus
  readonly metadata: string
  readonly revision: number
  readonly blobId: string
  readonly bytes: number
  readonly createdAt: Date
  readonly savedAt: Date
  readonly leasedAt: Date | null
  readonly deletedAt: Date | null
  readonly fence: number
  readonly leaseHolder: string | null
  readonly leaseWorker: string | null
  readonly leaseSince: Date | null
  readonly leaseRenewedAt: Date | null
  readonly leaseMs: number | null
  readonly refreshState: RefreshRow['state']
  readonly refreshFence: number
  readonly refreshHolder: string | null
  readonly refreshAt: Date | null
  readonly refreshLockMs: number | null
  readonly refreshNotBefore: Date | null
  readonly refreshReason: string | null
  readonly refreshedAt: Date | null
}

/** Its id is the hash. */
export interface HandleDocument {
  readonly _id: string
  readonly owner: string
  readonly seedId: string
  readonly session: string
  readonly revision: number
  readonly createdAt: Date
  readonly expiresAt: Date
}

/** `removing` is the first step of going away; nobody opens it any more. */
export interface BlobDocument {
  readonly _id: string
  readonly owner: string
  readonly kind: string
  readonly subject: string
  readonly state: 'writing' | 'stored' | 'removing'
  readonly keyId: string
  readonly keyProof: string
  readonly wrappedKey: Binary
  readonly bytes: number
  /** How many documents hold the content; known when it is stored. */
  readonly pieces: number
  readonly touchedAt: Date
}

/** About a megabyte of sealed chunks. */
export interface PieceDocument {
  /** `<blob id>:<index>` */
  readonly _id: string
  readonly blobId: string
  readonly data: Binary
}

/** `pending` ones are being stored: no reader sees them, but whoever adopts the task or deletes the base does. */
export interface SnapshotDocument {
  readonly _id: string
  readonly owner: string
  readonly taskId: string
  readonly number: number
  readonly agent: string
  readonly baseId: string | null
  readonly depth: number
  readonly state: 'pending' | 'good' | 'bad'
  readonly data: string
  readonly archiveId: string
  readonly archiveBytes: number
  readonly manifestId: string
  readonly manifestBytes: number
  /** The task's number that it was written under. */
  readonly fence: number | null
  readonly createdAt: Date
  readonly heldUntil: Date | null
  /** Of who deletes it; nothing is laid over it any more. */
  readonly removal: string | null
}

export interface WaiterDocument {
  readonly _id: string
  readonly owner: string
  readonly queue: string
  readonly place: number
  readonly holder: string
  readonly worker: string
  readonly seenAt: Date
}

export interface CounterDocument {
  readonly _id: string
  readonly value: number
}

export interface OrchestratorDocument {
  readonly _id: string
  readonly gone: boolean
  readonly beatAt: Date
  readonly lifetimeMs: number
  readonly facts: string
}

export interface TaskDocument {
  /** `<task id>@<owner>`; no task id has an `@`. */
  readonly _id: string
  readonly owner: string
  readonly taskId: string
  readonly orchestrator: string
  readonly fence: number
  readonly version: number
  readonly data: string
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** `pending` ones are being begun: no reader sees them, but whoever adopts the task does. */
export interface RunDocument {
  /** `<run>/<task id>@<owner>`; neither id has a `/`. */
  readonly _id: string
  readonly owner: string
  readonly taskId: string
  readonly run: string
  readonly number: number
  readonly state: 'pending' | 'open'
  readonly next: number
  /** Of the last batch, when it gave one. */
  readonly mark?: number | null
  /** Whether its directory was set up. Runs of before have none. */
  readonly ready?: boolean
  /** How many were ever recorded. */
  readonly entries: number
  readonly outcome: string | null
  /** The task's number that it may be written under. */
  readonly fence: number | null
  readonly createdAt: Date
  readonly updatedAt: Date
}

/** Of a line: seen once its run was read beyond it. Of a message: `posting` until it counts. */
export interface EntryDocument {
  /** `<id>/<run>/<task id>@<owner>` */
  readonly _id: string
  readonly owner: string
  readonly taskId: string
  readonly runId: string
  readonly id: string
  readonly position: number
  readonly type: string
  readonly data: string
  readonly state: JournalState | 'posting'
  readonly reply: string | null
  readonly fence: number | null
  readonly createdAt: Date
}

/** `pending` ones are being stored: no reader sees them, but whoever adopts the task does. */
export interface DeliverableDocument {
  /** `<deliverable id>/<task id>@<owner>` */
  readonly _id: string
  readonly owner: string
  readonly taskId: string
  readonly deliverableId: string
  readonly path: string
  readonly number: number
  readonly version: number
  readonly sha256: string
  readonly bytes: number
  readonly blobId: string
  readonly state: 'pending' | 'stored'
  readonly fence: number | null
  readonly createdAt: Date
}

export interface MetaDocument {
  readonly _id: string
  readonly version: number
}
