// What a store is, and the keys that it encrypts with. The stores themselves: @x/agents/sqlite, @x/agents/mongo.
export type {
  DeliverableContent,
  DeliverableFilter,
  DeliverableKey,
  DeliverableOperations,
  DeliverableRecord,
  NewDeliverable,
} from './deliverable.ts'
export type { HandleFilter, HandleOperations, HandleRecord, NewHandle } from './handle.ts'
export type {
  Fenced,
  JournalBatch,
  JournalEntry,
  JournalFilter,
  JournalKey,
  JournalOperations,
  JournalRun,
  JournalState,
  NewEntry,
} from './journal.ts'
export type { Json, JsonObject } from './json.ts'
export { openKeyDirectory, type KeyDirectory } from './key-directory.ts'
export type { KeyProvider, StoreKey } from './key-provider.ts'
export { WAITER_MS } from './lease.ts'
export type {
  HeldLease,
  Lease,
  LeaseAnswer,
  LeaseCounts,
  LeaseFilter,
  LeaseOperations,
  LeaseRequest,
  LeaseTakeover,
} from './lease.ts'
export type {
  HeldRefresh,
  LoginReplacement,
  RefreshAnswer,
  RefreshClaim,
  RefreshOperations,
  RefreshOutcome,
  SeedRefresh,
} from './refresh.ts'
export type {
  Content,
  NewSeed,
  SeedChange,
  SeedContent,
  SeedFilter,
  SeedKey,
  SeedOperations,
  SeedRecord,
  SeedReplacement,
  SeedStatus,
} from './seed-record.ts'
export type {
  NewSnapshot,
  SnapshotContent,
  SnapshotFilter,
  SnapshotKey,
  SnapshotOperations,
  SnapshotPart,
  SnapshotRecord,
  SnapshotVerdict,
} from './snapshot-record.ts'
export type { Store, SweepOptions, SweepResult } from './store.ts'
export { StoreError, type StoreErrorCode } from './store-error.ts'
export type {
  NewOrchestrator,
  NewTask,
  OrchestratorOperations,
  OrchestratorRecord,
  TaskChange,
  TaskFilter,
  TaskKey,
  TaskOperations,
  TaskRecord,
} from './task-record.ts'
