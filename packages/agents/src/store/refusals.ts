import type { DeliverableKey } from './deliverable.ts'
import type { JournalKey } from './journal.ts'
import type { SeedKey } from './seed-record.ts'
import type { SnapshotKey } from './snapshot-record.ts'
import { StoreError } from './store-error.ts'
import type { TaskKey } from './task-record.ts'

// The refusals that both stores speak, so that they say the same.

export const noSeed = ({ seedId }: Pick<SeedKey, 'seedId'>): StoreError =>
  new StoreError('not-found', `there is no seed ${seedId}`)

export const leaseLost = ({ seedId }: Pick<SeedKey, 'seedId'>, fence: number): StoreError =>
  new StoreError('lease-lost', `lease ${fence} of seed ${seedId} is over`)

export const seedIsLeased = ({ seedId }: Pick<SeedKey, 'seedId'>): StoreError =>
  new StoreError('leased', `somebody holds seed ${seedId}, or held it when it was lost`)

export const contentMoved = (
  { seedId }: Pick<SeedKey, 'seedId'>,
  has: number,
  revision: number,
): StoreError => new StoreError('conflict', `seed ${seedId} is at revision ${has}, not at ${revision}`)

export const refreshLost = ({ seedId }: Pick<SeedKey, 'seedId'>, fence: number): StoreError =>
  new StoreError('lease-lost', `refresh ${fence} of seed ${seedId} is over`)

export const handleExists = (): StoreError =>
  new StoreError('conflict', 'there is a handle of that hash already')

export const noSnapshot = ({ snapshotId }: Pick<SnapshotKey, 'snapshotId'>): StoreError =>
  new StoreError('not-found', `there is no snapshot ${snapshotId}`)

export const snapshotIsNeeded = ({ snapshotId }: Pick<SnapshotKey, 'snapshotId'>): StoreError =>
  new StoreError('leased', `snapshot ${snapshotId} is being read, or another one is laid over it`)

export const noBase = (baseId: string): StoreError =>
  new StoreError('conflict', `nothing can be laid over snapshot ${baseId}: it is bad or gone`)

export const noRun = ({ run }: JournalKey): StoreError =>
  new StoreError('not-found', `there is no run ${run}`)

export const noEntry = ({ run }: JournalKey, id: string): StoreError =>
  new StoreError('not-found', `there is no entry ${id} in run ${run}`)

export const runMoved = ({ run }: JournalKey, next: number, from: number): StoreError =>
  new StoreError('conflict', `run ${run} was read to ${next}, not to ${from}`)

export const noDeliverable = ({ deliverableId }: DeliverableKey): StoreError =>
  new StoreError('not-found', `there is no deliverable ${deliverableId}`)

export const deliverableExists = ({ deliverableId }: DeliverableKey): StoreError =>
  new StoreError('conflict', `deliverable ${deliverableId} was stored meanwhile`)

export const noTask = ({ taskId }: TaskKey): StoreError =>
  new StoreError('not-found', `there is no task ${taskId}`)

export const taskAdopted = ({ taskId }: TaskKey): StoreError =>
  new StoreError('lease-lost', `task ${taskId} was adopted by another orchestrator`)

export const taskExists = ({ taskId }: TaskKey): StoreError =>
  new StoreError('conflict', `there is a task ${taskId} already`)

export const taskIsDriven = ({ taskId }: TaskKey): StoreError =>
  new StoreError('leased', `task ${taskId} is driven by an orchestrator that lives`)

export const taskMoved = ({ taskId }: TaskKey, has: number, version: number): StoreError =>
  new StoreError('conflict', `task ${taskId} is at version ${has}, not at ${version}`)

export const orchestratorExists = (id: string): StoreError =>
  new StoreError('conflict', `there was an orchestrator ${id} already`)

export const orchestratorGone = (id: string): StoreError =>
  new StoreError('lease-lost', `orchestrator ${id} counts as gone`)

export const newerStore = (where: string, has: number, knows: number): StoreError =>
  new StoreError('newer-store', `${where} has version ${has}; this software knows ${knows}. Use a newer one`)

export const storeClosed = (): StoreError => new StoreError('closed', 'the store was closed')
