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
import type { SqliteContext } from './sqlite-context.ts'
import { sweep } from './sweep.ts'
import { takeOverLease } from './take-over-lease.ts'

/** The port's operations on an open database, which the store closes. */
export function createSqliteStore(context: SqliteContext): Store {
  const close = async (): Promise<void> => {
    await context.shelf.close()
    context.db.close()
  }
  return {
    seeds: {
      insert: (seed) => insertSeed(context, seed),
      get: (key) => getSeed(context, key),
      list: (filter) => listSeeds(context, filter),
      change: (key, change, options) => changeSeed(context, key, change, options),
      replace: (key, replacement) => replaceSeed(context, key, replacement),
      read: (key) => readSeed(context, key),
      delete: (key, options) => deleteSeed(context, key, options),
      restore: (key) => restoreSeed(context, key),
      purge: (key, options) => purgeSeed(context, key, options),
    },
    leases: {
      acquire: (request) => acquireLease(context, request),
      renew: (lease, options) => renewLease(context, lease, options),
      release: (lease) => releaseLease(context, lease),
      takeOver: (takeover) => takeOverLease(context, takeover),
      list: (filter) => listLeases(context, filter),
      leave: (request) => leaveQueue(context, request),
    },
    refreshes: {
      claim: (claim) => claimRefresh(context, claim),
      markSent: (held) => markRefreshSent(context, held),
      save: (held, options) => saveRefresh(context, held, options),
      settle: (held, outcome) => settleRefresh(context, held, outcome),
      replaceLogin: (key, replacement) => replaceLogin(context, key, replacement),
    },
    handles: {
      insert: (handle) => insertHandle(context, handle),
      find: (hash) => findHandle(context, hash),
      list: (filter) => listHandles(context, filter),
      extend: (filter, options) => extendHandles(context, filter, options),
      revoke: (filter) => revokeHandles(context, filter),
    },
    tasks: {
      insert: (task) => insertTask(context, task),
      get: (key) => getTask(context, key),
      list: (filter) => listTasks(context, filter),
      change: (key, change) => changeTask(context, key, change),
      adopt: (key, adoption) => adoptTask(context, key, adoption),
      delete: (key, options) => deleteTask(context, key, options),
    },
    snapshots: snapshotOperations(context),
    ...driverOperations(context),
    orchestrators: orchestratorOperations(context),
    now: () => context.db.read(({ now }) => now),
    sweep: (options) => sweep(context, options),
    rewrap: () => rewrapKeys(context),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** What is kept of tasks, so that they can go on elsewhere. */
function snapshotOperations(context: SqliteContext): Store['snapshots'] {
  return {
    insert: (snapshot) => insertSnapshot(context, snapshot),
    get: (key) => getSnapshot(context, key),
    newest: (key) => newestSnapshot(context, key),
    list: (filter) => listSnapshots(context, filter),
    read: (key, part) => readSnapshot(context, key, part),
    mark: (key, verdict) => markSnapshot(context, key, verdict),
    hold: (key, options) => holdSnapshot(context, key, options),
    delete: (key, options) => deleteSnapshot(context, key, options),
  }
}

/** What was read of agents' logs, and what agents have handed over. */
function driverOperations(context: SqliteContext): Pick<Store, 'journal' | 'deliverables'> {
  return {
    journal: {
      begin: (key, options) => beginRun(context, key, options),
      ready: (key, options) => readyRun(context, key, options),
      newest: (key) => newestRun(context, key),
      record: (key, batch) => recordEntries(context, key, batch),
      read: (key, filter) => readEntries(context, key, filter),
      post: (key, message) => postMessage(context, key, message),
      answer: (key, answer) => answerEntry(context, key, answer),
      settle: (key, options) => settleEntries(context, key, options),
      end: (key, options) => endRun(context, key, options),
    },
    deliverables: {
      insert: (deliverable) => insertDeliverable(context, deliverable),
      get: (key) => getDeliverable(context, key),
      list: (filter) => listDeliverables(context, filter),
      read: (key) => readDeliverable(context, key),
      delete: (key) => deleteDeliverable(context, key),
    },
  }
}

function orchestratorOperations(context: SqliteContext): Store['orchestrators'] {
  return {
    register: (orchestrator) => registerOrchestrator(context, orchestrator),
    beat: (id) => beatOrchestrator(context, id),
    retire: (id) => retireOrchestrator(context, id),
    list: () => listOrchestrators(context),
  }
}
