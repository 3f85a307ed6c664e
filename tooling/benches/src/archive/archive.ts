import { execFile } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { access, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { archive as archiveDirectory, openLocalHost, restore, type Host } from '@x/host'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { median, rounded, spread } from '../statistics.ts'

const run = promisify(execFile)
const MEGABYTE = 1_000_000
const MEBIBYTE = 2 ** 20
const RATE_GOAL = 0.8
const MEMORY_GOAL_MIB = 64
/** What packages are made of: some ten thousand files, small ones and a few large ones, with symlinks and hard links. */
const SOURCE = fileURLToPath(new URL('../../../../node_modules/.pnpm', import.meta.url))
/** Memory, where there is a file system of it: what a disk does is not ours to measure. */
const MEMORY = '/dev/shm'

export const archive: Bench = {
  name: 'archive',
  sentence: 'Archives a tree of packages and restores it, beside tar and zstd in a pipe.',
  n: 5,
  run: measureArchives,
}

interface Stage {
  readonly n: number
  readonly say: (text: string) => void
  readonly host: Host
  readonly tree: string
  readonly bytes: number
  /** A path that nothing lies at. */
  readonly at: (name: string) => string
  readonly memory: MemoryWatch
}

async function measureArchives({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  const root = await access(MEMORY).then(
    () => MEMORY,
    () => tmpdir(),
  )
  const directory = await mkdtemp(path.join(root, 'bench-'))
  const at = (name: string): string => path.join(directory, name)
  try {
    await using host = await openLocalHost()
    await run('cp', ['-a', SOURCE, at('tree')])
    const { manifest } = await archiveDirectory(host, at('tree'))
    say(`${manifest.entryCount} entries, ${Math.round(manifest.totalBytes / MEGABYTE)} MB`)
    const memory = new MemoryWatch()
    const stage = { n, say, host, at, tree: at('tree'), bytes: manifest.totalBytes, memory }
    const create = await measureCreate(stage)
    const restored = await measureRestore(stage)
    return [create, restored, memory.measure(say)]
  } finally {
    await rm(directory, { recursive: true })
  }
}

async function measureCreate(stage: Stage): Promise<Measure> {
  const { n, host, tree, at } = stage
  const { a, b } = await alternate(
    n,
    () =>
      timed(stage, async () => {
        await stage.memory.during(async () => {
          await using file = await open(at('ours.tar.zst'), 'w')
          const { stream } = await archiveDirectory(host, tree)
          for await (const chunk of stream) await file.write(chunk)
        })
      }),
    () => timed(stage, () => shell('tar -C "$1" -c . | zstd -1 -q -c >"$2"', tree, at('peer.tar.zst'))),
  )
  return rateOf('create', stage, a, b)
}

async function measureRestore(stage: Stage): Promise<Measure> {
  const { n, host, at } = stage
  const clear = (): Promise<unknown> => run('rm', ['-rf', at('restored')])
  const { a, b } = await alternate(
    n,
    async () => {
      const rate = await timed(stage, () =>
        stage.memory.during(() => restore(host, createReadStream(at('ours.tar.zst')), at('restored'))),
      )
      await clear()
      return rate
    },
    async () => {
      const script = 'mkdir "$2" && zstd -d -q -c "$1" | tar -C "$2" -x'
      const rate = await timed(stage, () => shell(script, at('peer.tar.zst'), at('restored')))
      await clear()
      return rate
    },
  )
  return rateOf('restore', stage, a, b)
}

/** @returns megabytes of the tree a second */
async function timed({ bytes }: Stage, work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return bytes / MEGABYTE / ((performance.now() - startedAt) / 1_000)
}

function rateOf(name: string, { say }: Stage, a: readonly number[], b: readonly number[]): Measure {
  say(`${name}, ours   ${spread(a, 'MB/s')}`)
  say(`${name}, peer   ${spread(b, 'MB/s')}`)
  const ratio = rounded(median(a) / median(b))
  return {
    name,
    ours: rounded(median(a)),
    peer: rounded(median(b)),
    unit: 'MB/s',
    ratio,
    goal: `>= ${RATE_GOAL}`,
    met: ratio >= RATE_GOAL,
  }
}

async function shell(script: string, ...args: readonly string[]): Promise<void> {
  await run('sh', ['-c', script, 'sh', ...args])
}

/** The most that this process holds while it works, and what it held before. */
class MemoryWatch {
  #before = process.memoryUsage().rss
  #most = 0

  async during(work: () => Promise<unknown>): Promise<void> {
    const look = (): void => void (this.#most = Math.max(this.#most, process.memoryUsage().rss))
    const timer = setInterval(look, 10)
    try {
      await work()
      look()
    } finally {
      clearInterval(timer)
    }
  }

  measure(say: (text: string) => void): Measure {
    const [before, most] = [this.#before / MEBIBYTE, this.#most / MEBIBYTE]
    say(`memory of the orchestrator: ${rounded(before)} MiB before, ${rounded(most)} MiB at most`)
    return {
      name: 'memory',
      ours: rounded(most),
      peer: rounded(before),
      unit: 'MiB',
      ratio: rounded(most / before),
      goal: `added <= ${MEMORY_GOAL_MIB} MiB`,
      met: most - before <= MEMORY_GOAL_MIB,
    }
  }
}
