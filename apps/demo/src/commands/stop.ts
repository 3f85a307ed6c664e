import type { Fault } from '@x/agents/conversation'
import { listSessions, stopSession, attachSession, toFault, type EndOptions } from '@x/codex'
import type { LadderStep } from '@x/host'
import { CommandFault, describeFailure } from '../command-fault.ts'
import type { Context } from '../context.ts'
import { findLockHolder, type InstanceLock, takeInstanceLock } from '../instance/instance-lock.ts'
import { type InstancePaths, openInstancePaths } from '../instance/instance-paths.ts'
import { type Logins, openLogins } from '../logins/open-logins.ts'
import { stopOfflineModel } from '../model/offline-model.ts'
import { connectWorker } from '../worker/open-worker.ts'
import { forgetWorker, listWorkers } from '../worker/worker-list.ts'

/** The page has viewers to say goodbye to. */
const PAGE_LADDER: readonly LadderStep[] = [
  { signal: 'SIGTERM', waitMs: 15_000 },
  { signal: 'SIGKILL', waitMs: 5_000 },
]
/** Longest time for ending a session in good manners, in milliseconds. */
const ATTACH_MS = 10_000

/**
 * Ends the page, then every session, then the offline model, also when whoever served the page was killed, or a
 * session's records are damaged.
 * Sessions that were spoken to can be taken up again by the next start.
 * @returns the exit status
 */
export async function stop(context: Context): Promise<number> {
  const { host, environment, output } = context
  const paths = await openInstancePaths(host, environment.stateDir)
  const server = await stopPage(host, paths)
  await using _lock = await exclusively(host, paths)
  const { ended, failed } = await stopWithLogins(context, paths)
  const model = await stopOfflineModel(host, paths)
  await host.files.remove(paths.instance)
  const facts = { server, sessions: ended, model, failed }
  output.result(facts, ended.length === 0 && !server && !model ? 'nothing is running' : inWords(facts))
  for (const { id, message, ...remedy } of failed)
    output.fail({ message: `session ${id} could not be ended: ${message}`, ...remedy })
  return failed.length === 0 ? 0 : 1
}

async function stopPage(host: Context['host'], paths: InstancePaths): Promise<boolean> {
  const holder = await findLockHolder(host, paths.root)
  return (await holder?.stop(PAGE_LADDER)) !== undefined
}

async function exclusively(host: Context['host'], paths: InstancePaths): Promise<InstanceLock> {
  const lock = await takeInstanceLock(host, paths.root)
  if ('release' in lock) return lock
  throw new CommandFault(`process ${lock.identity.pid} has just started the page anew`, {
    remedy: 'Run `npm stop` again if you want it ended too.',
  })
}

/** Sessions give back the logins that they have: nobody else would know that they are free. */
async function stopWithLogins(context: Context, paths: InstancePaths): Promise<Ended> {
  await using logins = await findLogins(context, paths)
  return await stopEverywhere(context.host, paths, logins?.codex)
}

/** What can't be opened must not keep anything running. */
async function findLogins(context: Context, paths: InstancePaths): Promise<Logins | undefined> {
  const { host, environment, output } = context
  if (environment.mongoUrl === undefined && !(await host.files.stat(paths.store))) return undefined
  try {
    return await openLogins(context, paths, undefined)
  } catch (error) {
    output.say(`${describeFailure(error).message}; the next start gives back the logins of sessions`)
    return undefined
  }
}

interface Ended {
  readonly ended: readonly string[]
  readonly failed: readonly (Fault & { readonly id: string })[]
}

/** On this machine, and on every worker where something was begun. */
async function stopEverywhere(
  host: Context['host'],
  paths: InstancePaths,
  logins: Logins['codex'] | undefined,
): Promise<Ended> {
  const given = logins && { logins }
  const all = [await stopSessions({ host, stateDir: paths.stateDir, ...given })]
  for (const target of await listWorkers(host, paths)) {
    const there = await stopOnWorker(target, given)
    all.push(there)
    if (there.failed.length === 0) await forgetWorker(host, paths, target)
  }
  return { ended: all.flatMap(({ ended }) => ended), failed: all.flatMap(({ failed }) => failed) }
}

async function stopOnWorker(target: string, given: Pick<EndOptions, 'logins'> = {}): Promise<Ended> {
  try {
    await using worker = await connectWorker(target)
    return await stopSessions({ host: worker, ...given })
  } catch (error) {
    return { ended: [], failed: [{ id: `on ${target}`, ...toFault(error) }] }
  }
}

async function stopSessions(place: EndOptions): Promise<Ended> {
  const ended: string[] = []
  const failed: (Fault & { readonly id: string })[] = []
  const records = await listSessions(place)
  await Promise.all(
    records.map(async ({ taskId: id, alive, resumable }) => {
      try {
        // A turn that is interrupted leaves its thread in order; one that does not let us is cut.
        if (alive && resumable) await closeInOrder(id, place).catch(() => undefined)
        if ((await stopSession(id, place)) || alive) ended.push(id)
      } catch (error) {
        failed.push({ id, ...toFault(error) })
      }
    }),
  )
  return { ended, failed }
}

async function closeInOrder(id: string, place: Parameters<typeof stopSession>[1]): Promise<void> {
  const session = await attachSession(id, { ...place, signal: AbortSignal.timeout(ATTACH_MS) })
  session.ready.catch(() => undefined)
  await session.close()
}

function inWords({
  server,
  sessions,
  model,
}: {
  server: boolean
  sessions: readonly string[]
  model: boolean
}): string {
  const parts = [
    ...(server ? ['the page'] : []),
    ...(sessions.length > 0 ? [`${sessions.length} ${sessions.length === 1 ? 'session' : 'sessions'}`] : []),
    ...(model ? ['the offline model'] : []),
  ]
  return `ended ${new Intl.ListFormat('en').format(parts)}`
}
