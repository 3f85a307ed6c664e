import type { JsonObject } from './json.ts'

export interface TaskKey {
  readonly owner: string
  readonly taskId: string
}

/** What is remembered of a task, and which orchestrator drives it. Times are the store's, in milliseconds. */
export interface TaskRecord extends TaskKey {
  /** Id of the orchestrator that drives it. */
  readonly orchestrator: string
  /** True when that orchestrator is gone: anyone may adopt the task. */
  readonly orphaned: boolean
  /** Grows with each adoption. Every write of the driver carries it. */
  readonly fence: number
  /** Grows with each write. */
  readonly version: number
  /** Opaque to the store. Not encrypted, so never a secret. */
  readonly data: JsonObject
  readonly createdAt: number
  readonly updatedAt: number
}

export interface NewTask extends TaskKey {
  readonly orchestrator: string
  readonly data: JsonObject
}

export interface TaskFilter {
  /** @default every owner's */
  readonly owner?: string
  readonly orchestrator?: string
  readonly orphaned?: boolean
}

export interface TaskChange {
  readonly fence: number
  /** Refuses when somebody wrote since that version was read. @default whatever the version is */
  readonly version?: number
  /** Takes the place of what was there. */
  readonly data: JsonObject
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface TaskOperations {
  /**
   * Records a new task. Atomic, durable.
   * @throws StoreError `conflict` when the owner has one of that id; `lease-lost` when the orchestrator counts as gone
   */
  readonly insert: (task: NewTask) => Promise<TaskRecord>
  /** @throws StoreError `not-found` */
  readonly get: (key: TaskKey) => Promise<TaskRecord>
  /** Oldest first. Each is consistent in itself, not with the others. */
  readonly list: (filter?: TaskFilter) => Promise<readonly TaskRecord[]>
  /**
   * Replaces the data. Atomic, fenced, durable.
   * @throws StoreError `not-found`, `lease-lost` after an adoption, `conflict`
   */
  readonly change: (key: TaskKey, change: TaskChange) => Promise<TaskRecord>
  /**
   * Takes over a task whose orchestrator is gone, which is final for that one. Atomic: one of several gets it.
   * Durable when it returns.
   * @throws StoreError `not-found`; `leased` when its orchestrator lives; `lease-lost` when it was adopted meanwhile
   */
  readonly adopt: (
    key: TaskKey,
    adoption: { readonly orchestrator: string; readonly fence: number },
  ) => Promise<TaskRecord>
  /**
   * Forgets the task and its journal; snapshots and deliverables stay. Atomic, fenced, durable, idempotent.
   * @throws StoreError `lease-lost` after an adoption
   */
  readonly delete: (key: TaskKey, options: { readonly fence: number }) => Promise<void>
}

/** A process that drives tasks. It lives while it beats; once it counts as gone, it never comes back under this id. */
export interface OrchestratorRecord {
  /** Unique for each start. */
  readonly id: string
  readonly state: 'alive' | 'gone'
  readonly beatAt: number
  /** How long it counts as alive after a beat, in milliseconds, by the store's clock. */
  readonly lifetimeMs: number
  /** Where it runs, for a person and for who looks after it. Never a secret. */
  readonly facts: JsonObject
}

export interface NewOrchestrator {
  readonly id: string
  readonly lifetimeMs: number
  readonly facts?: JsonObject
}

/** Every operation rejects with `StoreError` `closed`, `busy` or `unreachable` besides what it names. */
export interface OrchestratorOperations {
  /**
   * Atomic, durable.
   * @throws StoreError `conflict` when there is one of that id
   */
  readonly register: (orchestrator: NewOrchestrator) => Promise<OrchestratorRecord>
  /**
   * Says that it lives. Atomic, durable. A late beat counts as long as nobody has adopted a task of it or retired it.
   * @throws StoreError `lease-lost` when it counts as gone: it stops driving its tasks at once
   */
  readonly beat: (id: string) => Promise<void>
  /** Says that it is gone for good: itself at its end, or whoever has proof. Atomic, durable, idempotent. */
  readonly retire: (id: string) => Promise<void>
  /** In the order of their last beat, newest first. Those without tasks that are gone are swept. */
  readonly list: () => Promise<readonly OrchestratorRecord[]>
}
