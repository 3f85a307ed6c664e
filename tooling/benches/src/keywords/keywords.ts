import path from 'node:path'
import { openSshd, privateDirectory } from '@x/fixtures'
import { type Host, openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { Worker } from '../stream/worker.ts'
import { agesAt, followWrites, openFollowPlace, PACED, peersOf } from '../tail/follow-writes.ts'
import { followUntilClosed, type Follow } from '../tail/follower.ts'
import { writeLog } from './log-file.ts'
import type { ReadingService } from './reading-process.ts'
import { readEvents } from './read-events.ts'

const LINES = 200_000
const MANY_LINES = 1_000_000

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
  const place = await openFollowPlace(sshd)
  await using _ = place.writer
  const peers = peersOf(sshd)
  const measures: Measure[] = []
  for (const { where, host, peer } of [
    { where: 'local', host: here, peer: peers.local },
    { where: 'ssh', host: there, peer: peers.ssh },
  ]) {
    const { a, b } = await alternate(
      n,
      () => followWrites(place, followByUs(host), PACED),
      () => followWrites(place, peer, PACED),
    )
    for (const percent of [50, 95])
      measures.push(
        compare(say, { name: `${where}-effect-p${percent}`, unit: 'ms', ...agesAt(percent, a, b) }),
      )
  }
  return measures
}

function followByUs(host: Host): Follow {
  return (file, onLine) =>
    followUntilClosed((signal) =>
      readEvents(
        host,
        file,
        (event) => {
          if (event.type === 'text') onLine(event.text)
        },
        { signal },
      ),
    )
}
