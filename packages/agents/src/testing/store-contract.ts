import { describe, test } from 'vitest'
import { contentContract } from './store-contract-content.ts'
import { deliverableContract } from './store-contract-deliverables.ts'
import { handleContract } from './store-contract-handles.ts'
import { journalContract } from './store-contract-journal.ts'
import { leaseContract } from './store-contract-leases.ts'
import { refreshContract } from './store-contract-refreshes.ts'
import { seedContract } from './store-contract-seeds.ts'
import { snapshotContract } from './store-contract-snapshots.ts'
import type { StoreCase, StoreStage } from './store-contract-stage.ts'
import { taskContract } from './store-contract-tasks.ts'

/**
 * Registers the suite that every store must pass.
 * @param open opens a fresh stage for each case; the suite disposes it
 */
export function describeStoreContract(name: string, open: () => Promise<StoreStage>): void {
  const scenario: StoreCase = (title, body) => {
    test(title, async () => {
      await using stage = await open()
      await body(stage)
    })
  }
  describe(`${name} keeps the Store contract`, () => {
    describe('seeds', () => seedContract(scenario))
    describe('content', () => contentContract(scenario))
    describe('leases', () => leaseContract(scenario))
    describe('refreshes', () => refreshContract(scenario))
    describe('handles', () => handleContract(scenario))
    describe('snapshots', () => snapshotContract(scenario))
    describe('journal', () => journalContract(scenario))
    describe('deliverables', () => deliverableContract(scenario))
    describe('tasks', () => taskContract(scenario))
  })
}
