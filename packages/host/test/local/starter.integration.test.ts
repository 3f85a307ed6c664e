import { spawn, type ChildProcess } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { build } from 'tsup'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { DetachedOptions } from '../../src/detached-process.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
const STARTER = path.join(PACKAGE, 'test/fixtures/starter.mjs')
const RUNS = 24
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(path.join(PACKAGE, '.starter-'))
  // A process of its own can't read TypeScript.
  await build({
    entry: [path.join(PACKAGE, 'src/index.ts')],
    outDir: directory,
    format: 'esm',
    target: 'node20',
    config: false,
    silent: true,
  })
})
afterAll(() => rm(directory, { recursive: true, force: true }))

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
  const built = ['index.mjs', 'index.js'].map(at)
  const child = spawn(
    process.execPath,
    [STARTER, String(built.at(-1)), then, JSON.stringify({ argv, options })],
    {
      stdio: ['pipe', 'pipe', 'inherit'],
    },
  )
  const said: string[] = []
  const lines = createInterface({ input: child.stdout }).on('line', (line) => said.push(line))
  return {
    child,
    exited: once(child, 'exit'),
    options,
    async says(line) {
      while (!said.includes(line)) await once(lines, 'line')
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

test('a starter that is killed at any instant leaves a program with a record, or none', async () => {
  await using host = await openLocalHost()
  const outcomes = { survived: 0, none: 0 }
  for (let run = 0; run < RUNS; run += 1) {
    const starter = startStarter('abandon', ['sleep', '600'], `run-${run}`)
    await starter.says('ready')
    starter.go()
    // The schedule of faults: from at once, over all of a launch, to after it.
    if (run === RUNS - 1) await starter.says('started')
    else await delay((run * 10) / RUNS)
    starter.child.kill('SIGKILL')
    await starter.exited
    let left = await processesOf(starter.options.env)
    while (left.launching) {
      await delay(5)
      left = await processesOf(starter.options.env)
    }
    expect(left.pids.length).toBeLessThanOrEqual(1)
    if (left.pids.length === 0) {
      outcomes.none += 1
      continue
    }
    outcomes.survived += 1
    const adopted = await host.adopt(starter.options.record)
    expect([adopted.identity.pid]).toEqual(left.pids)
    expect(await adopted.isAlive()).toBe(true)
    expect(await adopted.stop()).toBe('SIGTERM')
    expect((await processesOf(starter.options.env)).pids).toEqual([])
  }
  expect(outcomes.survived).toBeGreaterThan(0)
  expect(outcomes.survived + outcomes.none).toBe(RUNS)
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
