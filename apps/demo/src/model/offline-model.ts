import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { HostError, type DetachedProcess, type Host } from '@x/host'
import { CommandFault } from '../command-fault.ts'
import type { InstancePaths } from '../instance/instance-paths.ts'
import { parseListening } from '../instance/parse-records.ts'
import { readFileIfThere } from '../instance/read-file.ts'
import { lastLine, shortenLog } from './log-file.ts'

const START_MS = 15_000
const LOOK_MS = 50
const PROBE_MS = 2_000

/** The model that answers without an account: a process of its own, which outlives us. */
export interface OfflineModel {
  readonly baseUrl: string
  readonly port: number
  /** Whether it was started just now. */
  readonly fresh: boolean
}

/**
 * Finds the offline model that an earlier start has left, or starts it, on `port` when that is free.
 * @throws CommandFault when it can't be started
 */
export async function startOfflineModel(
  host: Host,
  paths: InstancePaths,
  port: number | undefined,
): Promise<OfflineModel> {
  await shortenLog(paths.modelLog)
  const running = await findOfflineModel(host, paths)
  if (running) {
    const listening = await readListening(host, paths, running)
    if (listening !== undefined && (await answers(listening))) return modelAt(listening, false)
    await running.stop()
  }
  const again = port === undefined ? undefined : await launch(host, paths, port)
  const bound = again ?? (await launch(host, paths, 0))
  if (bound !== undefined) return modelAt(bound, true)
  const said = (await lastLine(paths.modelLog)) ?? 'it said nothing'
  throw new CommandFault(`the offline model could not be started: ${said}`, {
    remedy: `Look at ${paths.modelLog}, or name a model with X_MODEL_BASE_URL and X_MODEL_KEY.`,
  })
}

/** The process of the offline model, when it runs. */
export async function findOfflineModel(
  host: Host,
  paths: InstancePaths,
): Promise<DetachedProcess | undefined> {
  try {
    const found = await host.adopt(paths.model)
    return (await found.isAlive()) ? found : undefined
  } catch (error) {
    if (error instanceof HostError && (error.code === 'not-found' || error.code === 'io')) return undefined
    throw error
  }
}

/** @returns whether it ran */
export async function stopOfflineModel(host: Host, paths: InstancePaths): Promise<boolean> {
  const running = await findOfflineModel(host, paths)
  await running?.stop()
  await host.files.remove(paths.model)
  await host.files.remove(paths.modelListening)
  return running !== undefined
}

/** @returns the port, or `undefined` when the process ended without listening */
async function launch(host: Host, paths: InstancePaths, port: number): Promise<number | undefined> {
  await host.files.remove(paths.modelListening)
  const argv = [process.execPath, programPath(), '--port', String(port), '--record', paths.modelListening]
  const started = await host.spawnDetached(argv, {
    record: paths.model,
    log: paths.modelLog,
    cwd: paths.root,
    env: host.facts.env.PATH === undefined ? {} : { PATH: host.facts.env.PATH },
  })
  const giveUpAt = performance.now() + START_MS
  while (performance.now() < giveUpAt) {
    const listening = await readListening(host, paths, started)
    if (listening !== undefined) return listening
    if (!(await started.isAlive())) return undefined
    await delay(LOOK_MS)
  }
  await started.stop()
  return undefined
}

/** What the process itself says, not another one that had the file before. */
async function readListening(
  host: Host,
  paths: InstancePaths,
  model: DetachedProcess,
): Promise<number | undefined> {
  const record = parseListening((await readFileIfThere(host, paths.modelListening)) ?? '')
  return record?.pid === model.identity.pid ? record.port : undefined
}

async function answers(port: number): Promise<boolean> {
  const url = `http://127.0.0.1:${port}/v1/models`
  return fetch(url, { signal: AbortSignal.timeout(PROBE_MS) }).then(
    (response) => response.ok,
    () => false,
  )
}

function modelAt(port: number, fresh: boolean): OfflineModel {
  return { baseUrl: `http://127.0.0.1:${port}/v1`, port, fresh }
}

function programPath(): string {
  const manifest = fileURLToPath(import.meta.resolve('@x/responses/package.json'))
  return path.join(path.dirname(manifest), 'dist/main.js')
}
