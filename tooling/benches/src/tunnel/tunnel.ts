import { rm, access } from 'node:fs/promises'
import { connect } from 'node:net'
import { once } from 'node:events'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { openSshd, privateDirectory } from '@x/fixtures'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { endSsh, spawnSsh } from '../raw/raw-ssh.ts'
import { Worker } from '../stream/worker.ts'
import type { ForwardService } from './forward-process.ts'
import { measureDown, measureTrips, measureUp, type Open } from './measure-stream.ts'
import type { ServerService } from './server-process.ts'

const BYTES = 192 * 1024 * 1024
const TRIPS = 2_000
const RATE_GOAL = { atLeast: 0.8 }
const TRIP_GOAL = { atMost: 1.5 }
const TRY_EVERY_MS = 20

export const tunnel: Bench = {
  name: 'tunnel',
  sentence: 'Carries streams to a unix socket of a worker over SSH, beside ssh -L.',
  n: 5,
  run: measureTunnels,
}

interface Sides {
  readonly n: number
  readonly say: (text: string) => void
  readonly way: string
  readonly ours: Open
  readonly peer: Open
}

async function measureTunnels({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  await using sshd = await openSshd()
  await using here = await privateDirectory()
  const at = (name: string): string => path.join(here.path, name)
  const there = path.join(sshd.home, 's.sock')
  await using _server = await Worker.open<ServerService>('../tunnel/server-process.ts', there)
  await using host = await openSshHost(sshd.target, sshd.options)
  const opening = { target: sshd.target, options: sshd.options, here: at('o'), there }
  await using _forward = await Worker.open<ForwardService>('../tunnel/forward-process.ts', opening)
  const child = spawnSsh(sshd, { options: ['-N', '-L', `${at('p')}:${there}`] })
  try {
    await untilThere(at('p'))
    const peer = () => reach(at('p'))
    const connected = { n, say, way: 'connect', ours: () => host.connect({ unix: there }), peer }
    const forwarded = { n, say, way: 'forward', ours: () => reach(at('o')), peer }
    return [...(await measureWay(connected)), ...(await measureWay(forwarded))]
  } finally {
    await endSsh(child)
    await rm(there, { force: true })
  }
}

async function measureWay({ n, say, way, ours, peer }: Sides): Promise<readonly Measure[]> {
  const down = await alternate(
    n,
    () => measureDown(ours, BYTES),
    () => measureDown(peer, BYTES),
  )
  const up = await alternate(
    n,
    () => measureUp(ours, BYTES),
    () => measureUp(peer, BYTES),
  )
  const { a, b } = await alternate(
    n,
    () => measureTrips(ours, TRIPS),
    () => measureTrips(peer, TRIPS),
  )
  const at = (which: 'p50' | 'p95') => ({ a: a.map((one) => one[which]), b: b.map((one) => one[which]) })
  return [
    compare(say, { name: `${way}-down`, unit: 'MB/s', ...down, goal: RATE_GOAL }),
    compare(say, { name: `${way}-up`, unit: 'MB/s', ...up, goal: RATE_GOAL }),
    compare(say, { name: `${way}-trip-p50`, unit: 'ms', ...at('p50'), goal: TRIP_GOAL }),
    compare(say, { name: `${way}-trip-p95`, unit: 'ms', ...at('p95'), goal: TRIP_GOAL }),
  ]
}

async function reach(socket: string): ReturnType<Open> {
  const stream = connect(socket)
  await once(stream, 'connect')
  return stream
}

async function untilThere(file: string): Promise<void> {
  for (;;) {
    try {
      await access(file)
      return
    } catch {
      await delay(TRY_EVERY_MS)
    }
  }
}
