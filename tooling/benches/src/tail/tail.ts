import { openSshd } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import {
  agesAt,
  followWrites,
  openFollowPlace,
  PACED,
  peersOf,
  type Followed,
  type FollowPlace,
} from './follow-writes.ts'
import { followByHost, type Follow } from './follower.ts'

const FLOOD = { lines: 100_000, together: 100, everyMs: 0 }
const GOAL = { atMost: 1.5 }

export const tail: Bench = {
  name: 'tail',
  sentence: 'Follows a file here and on a worker, beside tail -F, alone and at the end of an SSH connection.',
  n: 5,
  run: measureTails,
}

interface Stage extends FollowPlace {
  readonly n: number
  readonly say: (text: string) => void
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
  const place = await openFollowPlace(sshd)
  await using _ = place.writer
  const stage = { n, say, ...place }
  const peers = peersOf(sshd)
  const local = { where: 'local', ours: followByHost(here), peer: peers.local }
  const remote = { where: 'ssh', ours: followByHost(worker), peer: peers.ssh }
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
