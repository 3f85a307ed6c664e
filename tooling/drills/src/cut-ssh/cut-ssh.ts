import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { codexBinary, openSshd, type SshdFixture } from '@x/fixtures'
import { openSshHost, type SshHost } from '@x/host/ssh'
import { openResponsesServer } from '@x/responses'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { leftBehind } from '../processes.ts'
import { createSeededRandom } from '../seeded-random.ts'
import { FAULTS, Network, type Fault } from './network.ts'
import { OPERATIONS } from './operations.ts'

/** The longest that an operation may take, its outage and its second attempt included. */
const DEADLINE_MS = 30_000
/** What is left on the worker ends by itself within this time: its watchers ask who reads them. */
const GONE_MS = 6_000
const NAMES = Object.keys(OPERATIONS)
const PREPARED: readonly string[] = ['archive', 'restore', 'turn']

export const cutSsh: Drill = {
  name: 'cut-ssh',
  sentence:
    'Cuts, freezes and closes the way to a worker in the middle of everything that a host does there, and looks whether each result is whole or an honest failure.',
  runs: 60,
  quickRuns: NAMES.length,
  run: cutConnections,
}

interface PlannedRun {
  readonly n: number
  readonly operation: string
  readonly fault: Fault
  readonly afterMs: number
}

async function cutConnections({
  runs,
  seed,
  sabotage,
  say,
  signal,
  codex: version,
}: DrillOptions): Promise<Losses> {
  const random = createSeededRandom(seed)
  await using sshd = await openSshd()
  await using network = await Network.open(sshd.port)
  await using model = await openResponsesServer()
  // What this machine has of Codex the worker's account may not read.
  const installed = path.join(sshd.directory, 'codex')
  await cp(path.dirname(path.dirname(codexBinary(version))), installed, { recursive: true })
  const codex = path.join(installed, 'bin/codex')
  const here = await mkdtemp(path.join(tmpdir(), 'drill-'))
  const knownHosts = path.join(here, 'known_hosts')
  const keys = await readFile(sshd.knownHostsFile, 'utf8')
  await writeFile(knownHosts, keys.replaceAll(`:${sshd.port}`, `:${network.port}`))
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  const operations = random.shuffled(NAMES)
  const faults = random.shuffled(FAULTS)
  try {
    for (let n = 1; n <= runs; n += 1) {
      signal.throwIfAborted()
      const run = {
        n,
        operation: operations[(n - 1) % operations.length] ?? '',
        // Every operation meets every fault before it meets one again.
        fault:
          faults[(((n - 1) % operations.length) + Math.floor((n - 1) / operations.length)) % faults.length] ??
          'reset',
        afterMs: random.between(0, 900),
      }
      const started = performance.now()
      const found = await playRun(run, {
        sshd,
        network,
        here,
        knownHosts,
        sabotage,
        codex,
        modelUrl: model.url,
      })
      const bad = found.lost.length + found.left.length > 0
      const seconds = ((performance.now() - started) / 1000).toFixed(1)
      say(
        `${bad ? 'LOSS' : 'ok'}  run ${n}: ${run.operation}, ${run.fault} after ${run.afterMs} ms (${seconds} s)`,
      )
      for (const text of [...found.lost, ...found.left]) say(`      ${text}`)
      losses.lost += found.lost.length
      losses.orphans += found.left.length
    }
  } finally {
    await rm(here, { recursive: true, force: true })
  }
  return losses
}

interface Stage {
  readonly sshd: SshdFixture
  readonly network: Network
  readonly here: string
  readonly knownHosts: string
  readonly sabotage: boolean
  readonly codex: string
  readonly modelUrl: string
}

async function playRun(
  { n, operation, fault, afterMs }: PlannedRun,
  { sshd, network, here, knownHosts, sabotage, codex, modelUrl }: Stage,
): Promise<{ readonly lost: readonly string[]; readonly left: readonly string[] }> {
  const host = await openSshHost(`${sshd.user}@127.0.0.1:${network.port}`, {
    ...sshd.options,
    knownHostsFiles: [knownHosts],
    keepAliveIntervalMs: 300,
    keepAliveCountMax: 2,
  })
  const there = `${sshd.home}/run-${n}`
  await host.files.makeDirectory(there)
  const own = path.join(here, String(n))
  await mkdir(own)
  let beginOutage = (): void => undefined
  const begun = new Promise<void>((resolve) => (beginOutage = resolve))
  const failed = begun.then(async () => {
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    await network.fail(fault, sshd)
  })
  // What has to be set up says when it is ready to be cut.
  if (!PREPARED.includes(operation)) beginOutage()
  let late: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<readonly string[]>((resolve) => {
    late = setTimeout(() => resolve([`it hangs after ${DEADLINE_MS} ms`]), DEADLINE_MS)
  })
  const worked = (OPERATIONS[operation] ?? nothing)({
    host: sabotage ? forgetful(host) : host,
    there,
    here: own,
    failed,
    beginOutage,
    codex,
    modelUrl,
  }).catch((error: unknown): readonly string[] => [`it ended with ${String(error)}`])
  const lost = await Promise.race([worked, deadline])
  clearTimeout(late)
  beginOutage()
  await failed
  await host.close()
  const left = await leftBehind(there, GONE_MS)
  return { lost, left }
}

/** A host that loses the end of what commands say, and does not tell. */
function forgetful(host: SshHost): SshHost {
  return new Proxy(host, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target)
      if (name !== 'exec') return typeof value === 'function' ? (value.bind(target) as unknown) : value
      return async (...args: Parameters<SshHost['exec']>) => {
        const result = await target.exec(...args)
        return { ...result, stdout: result.stdout.slice(0, -8) }
      }
    },
  })
}

const nothing = (): Promise<readonly string[]> => Promise.resolve(['there is no such operation'])
