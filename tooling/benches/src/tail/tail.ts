import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openSshd } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { spawnSsh } from '../raw/raw-ssh.ts'
import { percentile } from '../statistics.ts'
import { Worker } from '../stream/worker.ts'
import { nowMicros } from './clock.ts'
import { followByHost, followByProgram, spawnTail, type Follow } from './follower.ts'
import type { Writing, WriterService } from './writer-process.ts'

const PACED = { lines: 200, together: 1, everyMs: 20 }
const FLOOD = { lines: 100_000, together: 100, everyMs: 0 }
const GOAL = { atMost: 1.5 }
/** What the file holds before the clock runs: who has told it follows. */
const FIRST = 'first'

export const tail: Bench = {
  name: 'tail',
  sentence: 'Follows a file here and on a worker, beside tail -F, alone and at the end of an SSH connection.',
  n: 5,
  run: measureTails,
}

interface Stage {
  readonly n: number
  readonly say: (text: string) => void
  readonly writer: Worker<WriterService>
  readonly directory: string
}

interface Sides {
  readonly where: string
  readonly ours: Follow
  readonly peer: Follow
}

async function measureTails({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  await using sshd = await openSshd()
  await using here = await openLocalHost()
  await using worker = await openSshHost(sshd.target, sshd.options)
  await using writer = await Worker.open<WriterService>('../tail/writer-process.ts', null)
  // The worker is this machine: its account reads what is written here.
  const directory = path.join(sshd.directory, 'followed')
  await mkdir(directory)
  await chmod(directory, 0o755)
  const stage = { n, say, writer, directory }
  const overSsh = (file: string) => spawnSsh(sshd, { command: `exec tail -n +1 -F '${file}'` })
  const local = { where: 'local', ours: followByHost(here), peer: followByProgram(spawnTail) }
  const remote = { where: 'ssh', ours: followByHost(worker), peer: followByProgram(overSsh) }
  const measures: Measure[] = []
  for (const sides of [local, remote])
    measures.push(...(await measurePaced(stage, sides)), ...(await measureFlood(stage, sides)))
  return measures
}

async function measurePaced(stage: Stage, { where, ours, peer }: Sides): Promise<readonly Measure[]> {
  const { a, b } = await alternate(
    stage.n,
    () => followWrites(stage, ours, PACED),
    () => followWrites(stage, peer, PACED),
  )
  return [
    compare(stage.say, { name: `${where}-paced-p50`, unit: 'ms', ...agesAt(50, a, b) }),
    compare(stage.say, { name: `${where}-paced-p95`, unit: 'ms', ...agesAt(95, a, b), goal: GOAL }),
  ]
}

async function measureFlood(stage: Stage, { where, ours, peer }: Sides): Promise<readonly Measure[]> {
  const { a, b } = await alternate(
    stage.n,
    () => followWrites(stage, ours, FLOOD),
    () => followWrites(stage, peer, FLOOD),
  )
  const took = (rounds: readonly Followed[]) => rounds.map(({ tookMs }) => tookMs)
  const rates = (rounds: readonly Followed[]) => rounds.map(({ tookMs }) => FLOOD.lines / (tookMs / 1_000))
  return [
    compare(stage.say, { name: `${where}-flood-last`, unit: 'ms', a: took(a), b: took(b), goal: GOAL }),
    compare(stage.say, { name: `${where}-flood-rate`, unit: 'lines/s', a: rates(a), b: rates(b) }),
    compare(stage.say, { name: `${where}-flood-p50`, unit: 'ms', ...agesAt(50, a, b) }),
    compare(stage.say, { name: `${where}-flood-p95`, unit: 'ms', ...agesAt(95, a, b), goal: GOAL }),
  ]
}

interface Followed {
  /** Of each line, from before its write until it was told, in milliseconds. */
  readonly ages: readonly number[]
  /** From before the first write until the last line was told. */
  readonly tookMs: number
}

function agesAt(percent: number, a: readonly Followed[], b: readonly Followed[]) {
  const of = (rounds: readonly Followed[]) => rounds.map(({ ages }) => percentile(ages, percent))
  return { a: of(a), b: of(b) }
}

/** One round: follows a new file, and has it written when it is followed. */
async function followWrites(
  { writer, directory }: Stage,
  follow: Follow,
  writing: Omit<Writing, 'file'>,
): Promise<Followed> {
  const file = path.join(directory, 'log')
  await writeFile(file, `${FIRST}\n`, { mode: 0o644 })
  const ages: number[] = []
  let lastAt = 0
  let begin = (): void => undefined
  let end = (): void => undefined
  const begun = new Promise<void>((resolve) => (begin = resolve))
  const ended = new Promise<void>((resolve) => (end = resolve))
  const follower = follow(file, (line) => {
    if (line === FIRST) {
      begin()
      return
    }
    lastAt = nowMicros()
    ages.push((lastAt - Number(line.slice(0, line.indexOf(' ')))) / 1_000)
    if (ages.length === writing.lines) end()
  })
  await begun
  const beganAt = await writer.ask({ file, ...writing })
  await ended
  await follower.close()
  await rm(file)
  return { ages, tookMs: (lastAt - beganAt) / 1_000 }
}
