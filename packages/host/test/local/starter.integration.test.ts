import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm, watch } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import type { DetachedOptions } from '../../src/detached-process.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { buildForNode } from '../build-for-node.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
const STARTER = path.join(PACKAGE, 'test/fixtures/starter.mjs')
const RUNS = 24
let directory: string
let built: string

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'starter-'))
  built = await buildForNode(path.join(PACKAGE, 'src/index.ts'), directory)
})
afterAll(async () => {
  await expectNoLeaks({ within: directory })
  await rm(directory, { recursive: true, force: true })
})

interface Starter {
  readonly child: ChildProcess
  readonly exited: Promise<unknown>
  readonly options: DetachedOptions
  says(line: string): Promise<void>
  go(): void
}

function startStarter(then: 'abandon' | 'await', argv: readonly string[], name: string): Starter {
  const at = (file: string) => path.join(directory, file)
  const options = {
    record: at(`${name}.json`),
    log: at(`${name}.log`),
    cwd: directory,
    env: { PATH: '/usr/bin:/bin', X_STARTER: `${name}-${randomUUID()}` },
  }
  const child = spawn(process.execPath, [STARTER, built, then, JSON.stringify({ argv, options })], {
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const exited = once(child, 'exit')
  // By then all that it said has been read.
  const closed = once(child, 'close')
  const said: string[] = []
  const lines = createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  return {
    child,
    exited,
    options,
    async says(line) {
      while (!said.includes(line)) {
        const [ended] = (await Promise.race([
          once(lines, 'line'),
          closed.then(() => []),
        ])) as readonly unknown[]
        if (ended === undefined && !said.includes(line))
          throw new Error(`the starter ended before it said ${line}`)
      }
    },
    go: () => void child.stdin.write('go\n'),
  }
}

/** Processes with this environment; `launching` when one of them is still the launcher. */
async function processesOf(
  env: DetachedOptions['env'],
): Promise<{ readonly pids: readonly number[]; readonly launching: boolean }> {
  const pids: number[] = []
  let launching = false
  for (const entry of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const [environment, commandLine] = await Promise.all(
      ['environ', 'cmdline'].map((file) => readFile(`/proc/${entry}/${file}`, 'utf8').catch(() => '')),
    )
    if (!environment?.includes(`X_STARTER=${String(env['X_STARTER'])}`)) continue
    pids.push(Number(entry))
    if (!commandLine?.startsWith('sleep\0')) launching = true
  }
  return { pids, launching }
}

/** Resolves when the first name that ends so is made in the directory. */
async function made(ending: string, stop: AbortSignal): Promise<void> {
  for await (const { filename } of watch(directory, { signal: stop })) if (filename?.endsWith(ending)) return
}

/** Starts a starter, and kills it at `instant`: a moment after the start, or the sight of a file that the launch makes. */
async function killedStarter(run: number, instant: number | string): Promise<Starter> {
  const starter = startStarter('abandon', ['sleep', '600'], `run-${run}`)
  await starter.says('ready')
  const stop = new AbortController()
  const reached = typeof instant === 'string' ? made(instant, stop.signal) : undefined
  starter.go()
  await (reached ?? delay(Number(instant)))
  starter.child.kill('SIGKILL')
  stop.abort()
  await starter.exited
  return starter
}

test('a starter that is killed at any instant leaves a program with a record, or none', async () => {
  await using host = await openLocalHost()
  const whole = startStarter('abandon', ['sleep', '600'], 'run')
  await whole.says('ready')
  const startedAt = performance.now()
  whole.go()
  await whole.says('started')
  const launchMs = performance.now() - startedAt
  await (await host.adopt(whole.options.record)).stop()

  let survived = 0
  for (let run = 0; run < RUNS; run += 1) {
    // The schedule of faults: every step of a launch as it is seen on disk, and evenly over a whole launch.
    const instants = ['.log', '.tmp', '.json', (launchMs * (run - 3)) / RUNS]
    const starter = await killedStarter(run, instants[run % instants.length] ?? 0)
    let left = await processesOf(starter.options.env)
    while (left.launching) {
      await delay(5)
      left = await processesOf(starter.options.env)
    }
    expect(left.pids.length).toBeLessThanOrEqual(1)
    if (left.pids.length === 0) continue
    survived += 1
    const adopted = await host.adopt(starter.options.record)
    expect([adopted.identity.pid]).toEqual(left.pids)
    expect(await adopted.isAlive()).toBe(true)
    expect(await adopted.stop()).toBe('SIGTERM')
    expect((await processesOf(starter.options.env)).pids).toEqual([])
  }
  expect((await readdir(directory)).filter((name) => name.endsWith('.tmp'))).toEqual([])
  expect(survived, 'a record on disk means a program that runs').toBeGreaterThanOrEqual(RUNS / 4)
  expect(survived, 'a starter that dies at once starts nothing').toBeLessThan(RUNS)
})

test('an abandoned handle does not keep its process alive; a pending wait does', async () => {
  await using host = await openLocalHost()
  const abandoning = startStarter('abandon', ['sleep', '600'], 'abandoned')
  await abandoning.says('ready')
  abandoning.go()
  expect(await abandoning.exited).toEqual([0, null])
  const abandoned = await host.adopt(abandoning.options.record)
  expect(await abandoned.isAlive()).toBe(true)
  await abandoned.stop()

  const awaiting = startStarter('await', ['sleep', '600'], 'awaited')
  await awaiting.says('ready')
  awaiting.go()
  await awaiting.says('started')
  const awaited = await host.adopt(awaiting.options.record)
  await awaited.signal('SIGTERM')
  expect(await awaiting.exited).toEqual([0, null])
})
