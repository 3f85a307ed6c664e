import type { MongoClient } from 'mongodb'
import { storeClosed } from '../store/refusals.ts'
import type { Store } from '../store/store.ts'
import { acquireLease } from './acquire-lease.ts'
import { adoptTask } from './adopt-task.ts'
import { answerEntry } from './answer-entry.ts'
import { beatOrchestrator } from './beat-orchestrator.ts'
import { beginRun } from './begin-run.ts'
import { changeSeed } from './change-seed.ts'
import { changeTask } from './change-task.ts'
import { claimRefresh } from './claim-refresh.ts'
import { deleteDeliverable } from './delete-deliverable.ts'
import { deleteSeed } from './delete-seed.ts'
import { deleteSnapshot } from './delete-snapshot.ts'
import { deleteTask } from './delete-task.ts'
import { endRun } from './end-run.ts'
import { extendHandles } from './extend-handles.ts'
import { findHandle } from './find-handle.ts'
import { getDeliverable } from './get-deliverable.ts'
import { getSeed } from './get-seed.ts'
import { getSnapshot } from './get-snapshot.ts'
import { getTask } from './get-task.ts'
import { holdSnapshot } from './hold-snapshot.ts'
import { insertDeliverable } from './insert-deliverable.ts'
import { insertHandle } from './insert-handle.ts'
import { insertSeed } from './insert-seed.ts'
import { insertSnapshot } from './insert-snapshot.ts'
import { insertTask } from './insert-task.ts'
import { leaveQueue } from './leave-queue.ts'
import { listDeliverables } from './list-deliverables.ts'
import { listHandles } from './list-handles.ts'
import { listLeases } from './list-leases.ts'
import { listOrchestrators } from './list-orchestrators.ts'
import { listSeeds } from './list-seeds.ts'
import { listSnapshots } from './list-snapshots.ts'
import { listTasks } from './list-tasks.ts'
import { markRefreshSent } from './mark-refresh-sent.ts'
import { markSnapshot } from './mark-snapshot.ts'
import { serverTime, type MongoContext } from './mongo-context.ts'
import { guarded, isDriverError } from './mongo-errors.ts'
import { newestRun } from './newest-run.ts'
import { newestSnapshot } from './newest-snapshot.ts'
import { postMessage } from './post-message.ts'
import { purgeSeed } from './purge-seed.ts'
import { readDeliverable } from './read-deliverable.ts'
import { readEntries } from './read-entries.ts'
import { readSeed } from './read-seed.ts'
import { readSnapshot } from './read-snapshot.ts'
import { readyRun } from './ready-run.ts'
import { recordEntries } from './record-entries.ts'
import { registerOrchestrator } from './register-orchestrator.ts'
import { releaseLease } from './release-lease.ts'
import { renewLease } from './renew-lease.ts'
import { replaceLogin } from './replace-login.ts'
import { replaceSeed } from './replace-seed.ts'
import { restoreSeed } from './restore-seed.ts'
import { retireOrchestrator } from './retire-orchestrator.ts'
import { revokeHandles } from './revoke-handles.ts'
import { rewrapKeys } from './rewrap-keys.ts'
import { saveRefresh } from './save-refresh.ts'
import { settleEntries } from './settle-entries.ts'
import { settleRefresh } from './settle-refresh.ts'
import { sweep } from './sweep.ts'
import { takeOverLease } from './take-over-lease.ts'

type Run = <T>(body: () => Promise<T>) => Promise<T>

/** The port's operations on a connected client, which the store closes. */
export function createMongoStore(context: MongoContext, client: MongoClient): Store {
  let closing: Promise<void> | undefined
  const close = (): Promise<void> => (closing ??= client.close())
  const run: Run = (body) =>
    guarded(async () => {
      if (closing) throw storeClosed()
      try {
        return await body()
      } catch (error) {
        // Whatever the driver says about a connection that we have closed ourselves.
        if ((closing as Promise<void> | undefined) && isDriverError(error)) throw storeClosed()
        throw error
      }
    })
  return {
    seeds: {
      insert: (seed) => run(() => insertSeed(context, seed)),
      get: (key) => run(() => getSeed(context, key)),
      list: (filter) => run(() => listSeeds(context, filter)),
      change: (key, change, options) => run(() => changeSeed(context, key, change, options)),
      replace: (key, replacement) => run(() => replaceSeed(context, key, replacement)),
      read: (key) => run(() => readSeed(context, key)),
      delete: (key, options) => run(() => deleteSeed(context, key, options)),
      restore: (key) => run(() => restoreSeed(context, key)),
      purge: (key, options) => run(() => purgeSeed(context, key, options)),
    },
    leases: {
      acquire: (request) => run(() => acquireLease(context, request)),
      renew: (lease, options) => run(() => renewLease(context, lease, options)),
      release: (lease) => run(() => releaseLease(context, lease)),
      takeOver: (takeover) => run(() => takeOverLease(context, takeover)),
      list: (filter) => run(() => listLeases(context, filter)),
      leave: (request) => run(() => leaveQueue(context, request)),
    },
    ...loginOperations(context, run),
    tasks: {
      insert: (task) => run(() => insertTask(context, task)),
      get: (key) => run(() => getTask(context, key)),
      list: (filter) => run(() => listTasks(context, filter)),
      change: (key, change) => run(() => changeTask(context, key, change)),
      adopt: (key, adoption) => run(() => adoptTask(context, key, adoption)),
      delete: (key, options) => run(() => deleteTask(context, key, options)),
    },
    snapshots: snapshotOperations(context, run),
    ...driverOperations(context, run),
    orchestrators: {
      register: (orchestrator) => run(() => registerOrchestrator(context, orchestrator)),
      beat: (id) => run(() => beatOrchestrator(context, id)),
      retire: (id) => run(() => retireOrchestrator(context, id)),
      list: () => run(() => listOrchestrators(context)),
    },
    now: () => run(() => serverTime(context)),
    sweep: (options) => run(() => sweep(context, options)),
    rewrap: () => run(() => rewrapKeys(context)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** What renews tokens, and what sessions show for them. */
function loginOperations(context: MongoContext, run: Run): Pick<Store, 'refreshes' | 'handles'> {
  return {
    refreshes: {
      claim: (claim) => run(() => claimRefresh(context, claim)),
      markSent: (held) => run(() => markRefreshSent(context, held)),
      save: (held, options) => run(() => saveRefresh(context, held, options)),
      settle: (held, outcome) => run(() => settleRefresh(context, held, outcome)),
      replaceLogin: (key, replacement) => run(() => replaceLogin(context, key, replacement)),
    },
    handles: {
      insert: (handle) => run(() => insertHandle(context, handle)),
      find: (hash) => run(() => findHandle(context, hash)),
      list: (filter) => run(() => listHandles(context, filter)),
      extend: (filter, options) => run(() => extendHandles(context, filter, options)),
      revoke: (filter) => run(() => revokeHandles(context, filter)),
    },
  }
}

/** What is kept of tasks, so that they can go on elsewhere. */
function snapshotOperations(context: MongoContext, run: Run): Store['snapshots'] {
  return {
    insert: (snapshot) => run(() => insertSnapshot(context, snapshot)),
    get: (key) => run(() => getSnapshot(context, key)),
    newest: (key) => run(() => newestSnapshot(context, key)),
    list: (filter) => run(() => listSnapshots(context, filter)),
    read: (key, part) => run(() => readSnapshot(context, key, part)),
    mark: (key, verdict) => run(() => markSnapshot(context, key, verdict)),
    hold: (key, options) => run(() => holdSnapshot(context, key, options)),
    delete: (key, options) => run(() => deleteSnapshot(context, key, options)),
  }
}

/** What was read of agents' logs, and what agents have handed over. */
function driverOperations(context: MongoContext, run: Run): Pick<Store, 'journal' | 'deliverables'> {
  return {
    journal: {
      begin: (key, options) => run(() => beginRun(context, key, options)),
      ready: (key, options) => run(() => readyRun(context, key, options)),
      newest: (key) => run(() => newestRun(context, key)),
      record: (key, batch) => run(() => recordEntries(context, key, batch)),
      read: (key, filter) => run(() => readEntries(context, key, filter)),
      post: (key, message) => run(() => postMessage(context, key, message)),
      answer: (key, answer) => run(() => answerEntry(context, key, answer)),
      settle: (key, options) => run(() => settleEntries(context, key, options)),
      end: (key, options) => run(() => endRun(context, key, options)),
    },
    deliverables: {
      insert: (deliverable) => run(() => insertDeliverable(context, deliverable)),
      get: (key) => run(() => getDeliverable(context, key)),
      list: (filter) => run(() => listDeliverables(context, filter)),
      read: (key) => run(() => readDeliverable(context, key)),
      delete: (key) => run(() => deleteDeliverable(context, key)),
    },
  }
}
