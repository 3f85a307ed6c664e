import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openSshd, privateDirectory } from '@x/fixtures'
import { type Host, openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { spawnSsh } from '../raw/raw-ssh.ts'
import { percentile } from '../statistics.ts'
import { Worker } from '../stream/worker.ts'
import { nowMicros } from '../tail/clock.ts'
import { followByProgram, type Follow, type Follower, type OnLine, spawnTail } from '../tail/follower.ts'
import type { WriterService } from '../tail/writer-process.ts'
import { writeLog } from './log-file.ts'
import type { ReadingService } from './reading-process.ts'
import { readEvents } from './read-events.ts'

const LINES = 200_000
const MANY_LINES = 1_000_000
const PACED = { lines: 200, together: 1, everyMs: 20 }
/** What the log holds before the clock runs: who has told it follows. */
const FIRST = 'first'

export const keywords: Bench = {
  name: 'keywords',
  sentence: 'Understands an agent’s log, beside a loop that only reads lines, and tells what is appended.',
  n: 7,
  run: measureKeywords,
}

async function measureKeywords(options: BenchOptions): Promise<readonly Measure[]> {
  return [
    ...(await measureRate(options)),
    ...(await measureMemory(options)),
    ...(await measureEffects(options)),
  ]
}

/** A process of its own, so that nothing else is on its heap. */
async function measureRate({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  await using directory = await privateDirectory()
  await using worker = await Worker.open<ReadingService>('../keywords/reading-process.ts', null)
  const file = path.join(directory.path, 'agent.log')
  await writeLog(file, LINES)
  const read = async (by: 'us' | 'readline') => (await worker.ask({ file, lines: LINES, by })).tookMs
  const took = await alternate(
    n,
    () => read('us'),
    () => read('readline'),
  )
  const rate = (tookMs: number): number => LINES / (tookMs / 1_000)
  const [a, b] = [took.a.map(rate), took.b.map(rate)]
  return [compare(say, { name: 'lines', unit: 'lines/s', a, b, goal: { atLeast: 0.5 } })]
}

async function measureMemory({ say }: BenchOptions): Promise<readonly Measure[]> {
  await using directory = await privateDirectory()
  await using worker = await Worker.open<ReadingService>('../keywords/reading-process.ts', null)
  const file = path.join(directory.path, 'agent.log')
  await writeLog(file, MANY_LINES)
  const command = { file, lines: MANY_LINES, by: 'us' } as const
  // What the heap's room grows to with the first flood is not kept of it.
  await worker.ask(command)
  const { earlyMiB, lateMiB } = await worker.ask(command)
  return [
    compare(say, { name: 'memory-growth', unit: 'MiB', a: [lateMiB], b: [earlyMiB], goal: { atMost: 1.1 } }),
  ]
}

async function measureEffects({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  await using sshd = await openSshd()
  await using here = await openLocalHost()
  await using there = await openSshHost(sshd.target, sshd.options)
  await using writer = await Worker.open<WriterService>('../tail/writer-process.ts', null)
  // The worker is this machine: its account reads what is written here.
  const directory = path.join(sshd.directory, 'work')
  await mkdir(directory)
  await chmod(directory, 0o755)
  const overSsh = (file: string) => spawnSsh(sshd, { command: `exec tail -n +1 -F '${file}'` })
  const measures: Measure[] = []
  for (const { where, host, peer } of [
    { where: 'local', host: here, peer: followByProgram(spawnTail) },
    { where: 'ssh', host: there, peer: followByProgram(overSsh) },
  ]) {
    const { a, b } = await alternate(
      n,
      () => agesOf(writer, directory, followByUs(host)),
      () => agesOf(writer, directory, peer),
    )
    for (const percent of [50, 95]) {
      const at = (rounds: readonly (readonly number[])[]) => rounds.map((ages) => percentile(ages, percent))
      measures.push(compare(say, { name: `${where}-effect-p${percent}`, unit: 'ms', a: at(a), b: at(b) }))
    }
  }
  return measures
}

function followByUs(host: Host): Follow {
  return (file: string, onLine: OnLine): Follower => {
    const over = new AbortController()
    const read = readEvents(
      host,
      file,
      (event) => {
        if (event.type === 'text') onLine(event.text)
      },
      { signal: over.signal },
    )
    return {
      async close() {
        over.abort()
        await read.catch((error: unknown) => {
          if (error !== over.signal.reason) throw error
        })
      },
    }
  }
}

/** Of each line that is appended, from before its write until it was dispatched, in milliseconds. */
async function agesOf(writer: Worker<WriterService>, directory: string, follow: Follow): Promise<number[]> {
  const file = path.join(directory, 'agent.log')
  await writeFile(file, `${FIRST}\n`, { mode: 0o644 })
  const ages: number[] = []
  let begin = (): void => undefined
  let end = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const ended = new Promise<void>((resolve) => (end = resolve))
  const follower = follow(file, (line) => {
    if (line === FIRST) {
      begin()
      return
    }
    ages.push((nowMicros() - Number(line.slice(0, line.indexOf(' ')))) / 1_000)
    if (ages.length === PACED.lines) end()
  })
  await begun
  await writer.ask({ file, ...PACED })
  await ended
  await follower.close()
  await rm(file)
  return ages
}
