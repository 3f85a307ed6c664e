import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { CODEX_VERSIONS, NEWEST_CODEX, openSession, provisionCodex, removeSession } from '@x/codex'
import { openLocalHost, type Host } from '@x/host'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { median, rounded, spread } from '../statistics.ts'
import { endRaw, startRaw, type RawStart } from '../raw/raw-codex.ts'
import { readTemplate } from '../raw/session-template.ts'

const GOAL = 1.15
/** Nobody listens there: a thread is made without asking the model. */
const LOGIN = { endpoint: { baseUrl: 'http://127.0.0.1:9/v1', key: 'sk-nobody' } }

export const start: Bench = {
  name: 'start',
  sentence:
    'Opens a session on this machine, beside a bare client that spawns Codex and starts a thread by hand.',
  n: 11,
  run: measureStarts,
}

async function measureStarts({ n, codex, say }: BenchOptions): Promise<readonly Measure[]> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'x')
  await mkdir(cache, { recursive: true, mode: 0o700 })
  const directory = await mkdtemp(path.join(cache, 'b-'))
  await using host = await openLocalHost()
  try {
    const version = codex === 'newest' ? NEWEST_CODEX : CODEX_VERSIONS[0]
    const { binary } = await provisionCodex({ host, version })
    const template = await readTemplate({ host, directory, version, login: LOGIN })
    let runs = 0
    const { a, b } = await alternate(
      n,
      () => measureSession(host, path.join(directory, 'ours'), version, `t-${(runs += 1)}`),
      () => {
        const root = path.join(directory, 'peer/tasks', `t-${(runs += 1)}`)
        return measureRawStart({ binary, root, ...template(root, path.join(directory, 'peer')) })
      },
    )
    const opened = a.map((one) => one.opened)
    const ready = a.map((one) => one.ready)
    say(`Codex ${version}, ${n} of each`)
    say(`openSession          ${spread(opened, 's')}`)
    say(`until a turn may run ${spread(ready, 's')}`)
    say(`the bare client      ${spread(b, 's')}`)
    const goal = { goal: `<= ${GOAL}`, met: rounded(median(opened) / median(b)) <= GOAL }
    return [{ ...measureOf('local-warm', opened, b), ...goal }, measureOf('to-first-turn-allowed', ready, b)]
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

function measureOf(name: string, ours: readonly number[], peer: readonly number[]): Measure {
  const [one, other] = [median(ours), median(peer)]
  return { name, ours: rounded(one), peer: rounded(other), unit: 's', ratio: rounded(one / other) }
}

/** Seconds from the call, on a task that does not exist yet. The task is removed afterwards, off the clock. */
async function measureSession(
  host: Host,
  stateDir: string,
  version: (typeof CODEX_VERSIONS)[number],
  taskId: string,
): Promise<{ readonly opened: number; readonly ready: number }> {
  const startedAt = performance.now()
  const seconds = (): number => (performance.now() - startedAt) / 1000
  const session = await openSession({ host, stateDir, version, taskId, login: LOGIN })
  const opened = seconds()
  await session.ready
  const ready = seconds()
  await session.close()
  await removeSession(taskId, { host, stateDir })
  return { opened, ready }
}

/** Seconds until a bare client has a thread. */
async function measureRawStart(options: RawStart): Promise<number> {
  const startedAt = performance.now()
  const raw = await startRaw(options)
  const seconds = (performance.now() - startedAt) / 1000
  await endRaw(raw, options.root)
  return seconds
}
