import { randomUUID } from 'node:crypto'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import path from 'node:path'
import { CODEX_VERSIONS, NEWEST_CODEX, provisionCodex } from '@x/codex'
import { openLocalHost } from '@x/host'
import { alternate } from '../alternate.ts'
import { compare } from '../compare.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { readTemplate } from '../raw/session-template.ts'
import { median, percentile, spread } from '../statistics.ts'
import type { BareOpening, BareService } from './bare-process.ts'
import type { Growth, GrowthService } from './growth-process.ts'
import type { ModelService } from './model-process.ts'
import type { Reading } from './reading.ts'
import type { SessionOpened, SessionService } from './session-process.ts'
import type { ViewersOpening, ViewersService } from './viewers-process.ts'
import { Worker } from './worker.ts'

const FLOOD = 100_000
const PACED = { deltas: 10_000, perSecond: 2_000 }
const VIEWERS = 50

export const stream: Bench = {
  name: 'stream',
  sentence:
    'Streams floods of deltas to viewers, beside a bare reader of the same binary that only parses and counts.',
  n: 5,
  run: measureStream,
}

/** What all measures stand on. */
interface Ground {
  readonly directory: string
  readonly version: (typeof CODEX_VERSIONS)[number]
  readonly modelUrl: string
  readonly bare: (over: BareOpening['over']) => BareOpening
  readonly options: BenchOptions
}

async function measureStream(options: BenchOptions): Promise<readonly Measure[]> {
  const cache = path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'x')
  await mkdir(cache, { recursive: true, mode: 0o700 })
  const directory = await mkdtemp(path.join(cache, 'b-'))
  const version = options.codex === 'newest' ? NEWEST_CODEX : CODEX_VERSIONS[0]
  const model = await Worker.open<ModelService>('./model-process.ts', null)
  const modelUrl = model.opened
  try {
    await using host = await openLocalHost()
    const { binary } = await provisionCodex({ host, version })
    const template = await readTemplate({
      host,
      directory,
      version,
      login: { endpoint: { baseUrl: modelUrl } },
    })
    let homes = 0
    const bare = (over: BareOpening['over']): BareOpening => {
      const root = path.join(directory, 'peer/tasks', `t-${(homes += 1)}`)
      return { over, binary, root, ...template(root, path.join(directory, 'peer')) }
    }
    const ground: Ground = { directory, version, modelUrl, bare, options }
    options.say(`Codex ${version}, ${options.n} of each`)
    return [
      ...(await measureRate(ground)),
      await measureLag(ground),
      await measureViewers(ground, 'flood-50-viewers', { viewers: VIEWERS, deaf: 0 }, 1.25),
      await measureViewers(ground, 'one-never-reads', { viewers: 1, deaf: 1 }, 1.1),
      ...(await measureGrowth(options)),
    ]
  } finally {
    await model.close()
    await rm(directory, { recursive: true, force: true, maxRetries: 5 })
  }
}

/** One session and one bare reader for all turns: what is measured is the stream, not the start. */
async function measureRate({ options, ...ground }: Ground): Promise<readonly Measure[]> {
  const { say, n } = options
  await using session = await openOurs(ground, false)
  await using socket = await Worker.open<BareService>('./bare-process.ts', ground.bare('socket'))
  await using stdio = await Worker.open<BareService>('./bare-process.ts', ground.bare('stdio'))
  const text = `flood ${FLOOD}`
  const rates = await alternate(
    n,
    () => session.ask({ text, watch: true }),
    () => socket.ask(text),
  )
  const cpu = await alternate(
    n,
    () => session.ask({ text, watch: true }),
    () => stdio.ask(text),
  )
  const perSecond = (readings: readonly Reading[]): number[] => readings.map(({ seconds }) => FLOOD / seconds)
  const cpuOf = (readings: readonly Reading[]): number[] => readings.map(({ cpuSeconds }) => cpuSeconds)
  return [
    compare(say, {
      name: 'rate',
      unit: 'deltas/s',
      a: perSecond(rates.a),
      b: perSecond(rates.b),
      goal: { atLeast: 0.9 },
    }),
    compare(say, {
      name: 'cpu',
      unit: `s per ${FLOOD}`,
      a: cpuOf(cpu.a),
      b: cpuOf(cpu.b),
      goal: { atMost: 2 },
    }),
  ]
}

/** What our way adds to the way of a delta: the 95th percentile over all viewers, less that of the bare reader. */
async function measureLag({ options, ...ground }: Ground): Promise<Measure> {
  await using session = await openOurs(ground, true)
  await using viewers = await openViewers(session.opened, { viewers: VIEWERS, deaf: 0 })
  await using bare = await Worker.open<BareService>('./bare-process.ts', ground.bare('socket'))
  const text = `paced ${PACED.deltas} ${PACED.perSecond}`
  let turns = 0
  const { a, b } = await alternate(
    options.n,
    async () => {
      const seen = viewers.ask((turns += 1))
      await session.ask({ text, watch: false })
      return percentile((await seen).lags, 95)
    },
    async () => percentile((await bare.ask(text)).lags, 95),
  )
  const added = a.map((lag, at) => lag - (b[at] ?? NaN))
  options.say(`added to the 95th percentile   ${spread(added, 'ms')}`)
  const measure = compare(options.say, { name: `added-lag-p95-${VIEWERS}-viewers`, unit: 'ms', a, b })
  return { ...measure, goal: 'added <= 50 ms', met: median(added) <= 50 }
}

/** The whole time of a flood, from the question until the last viewer has seen the end, over that with one viewer. */
async function measureViewers(
  { options, ...ground }: Ground,
  name: string,
  many: { readonly viewers: number; readonly deaf: number },
  atMost: number,
): Promise<Measure> {
  const side = async (audience: typeof many) => {
    const session = await openOurs(ground, true)
    const viewers = await openViewers(session.opened, audience)
    let turns = 0
    return {
      run: async (): Promise<number> => {
        const startedAt = performance.timeOrigin + performance.now()
        const seen = viewers.ask((turns += 1))
        await session.ask({ text: `flood ${FLOOD}`, watch: false })
        return ((await seen).endedAt - startedAt) / 1000
      },
      close: async () => {
        await viewers.close()
        await session.close()
      },
    }
  }
  const [first, second] = [await side(many), await side({ viewers: 1, deaf: 0 })]
  const { a: ours, b: one } = await alternate(options.n, first.run, second.run)
  await Promise.all([first.close(), second.close()])
  return compare(options.say, { name, unit: 's', a: ours, b: one, goal: { atMost } })
}

async function measureGrowth({ say, n }: BenchOptions): Promise<readonly Measure[]> {
  const runs: Growth[] = []
  for (let run = 0; run < n; run += 1) {
    const worker = await Worker.open<GrowthService>('./growth-process.ts', null)
    runs.push(await worker.ask(FLOOD * 10))
    await worker.close()
  }
  const of = (pick: (growth: Growth) => number): number[] => runs.map(pick)
  const early = of((one) => one.early)
  const late = of((one) => one.late)
  const micros = { a: of((one) => one.lateMicros), b: of((one) => one.earlyMicros) }
  return [
    compare(say, { name: 'memory-growth', unit: 'MiB', a: late, b: early, goal: { atMost: 1.1 } }),
    compare(say, { name: 'time-per-delta', unit: 'µs', ...micros, goal: { atMost: 1.25 } }),
  ]
}

type Place = Pick<Ground, 'directory' | 'version' | 'modelUrl'>

function openOurs({ directory, version, modelUrl }: Place, http: boolean): Promise<Worker<SessionService>> {
  const taskId = randomUUID()
  return Worker.open('./session-process.ts', { taskId, directory, version, modelUrl, http })
}

function openViewers(
  opened: SessionOpened,
  audience: Pick<ViewersOpening, 'viewers' | 'deaf'>,
): Promise<Worker<ViewersService>> {
  return Worker.open('./viewers-process.ts', { ...opened, ...audience })
}
