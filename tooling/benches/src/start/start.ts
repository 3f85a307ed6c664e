import { mkdtemp, mkdir, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { CODEX_VERSIONS, NEWEST_CODEX, provisionCodex } from '@x/codex'
import { openLocalHost } from '@x/host'
import { alternate } from '../alternate.ts'
import { compare } from '../compare.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { endRaw, startRaw, type RawStart } from '../raw/raw-codex.ts'
import { readTemplate } from '../raw/session-template.ts'
import { LOGIN, measureSession } from './measure-session.ts'
import { measureOverSsh } from './over-ssh.ts'

const GOAL = 1.15

export const start: Bench = {
  name: 'start',
  sentence:
    'Opens a session here and on a worker, beside a bare client that starts Codex and a thread by hand, over ssh there.',
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
      () =>
        measureSession({ host, stateDir: path.join(directory, 'ours'), version, taskId: `t-${(runs += 1)}` }),
      () => {
        const root = path.join(directory, 'peer/tasks', `t-${(runs += 1)}`)
        return measureRawStart({ binary, root, ...template(root, path.join(directory, 'peer')) })
      },
    )
    const opened = a.map((one) => one.opened)
    const ready = a.map((one) => one.ready)
    say(`Codex ${version}, ${n} of each`)
    return [
      compare(say, { name: 'local-warm', unit: 's', a: opened, b, goal: { atMost: GOAL } }),
      compare(say, { name: 'to-first-turn-allowed', unit: 's', a: ready, b }),
      ...(await measureOverSsh({ n, say, version, installation: path.dirname(path.dirname(binary)) })),
    ]
  } finally {
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** Seconds until a bare client has a thread. */
async function measureRawStart(options: RawStart): Promise<number> {
  const startedAt = performance.now()
  const raw = await startRaw(options)
  const seconds = (performance.now() - startedAt) / 1000
  await endRaw(raw, options.root)
  return seconds
}
