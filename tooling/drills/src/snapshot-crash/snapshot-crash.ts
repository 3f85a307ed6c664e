import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createSnapshots, type Snapshots } from '@x/agents/snapshots'
import type { Store } from '@x/agents/store'
import { codexSeedManifest, codexSnapshotContent } from '@x/codex'
import { openMongoServer } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { sealedBytes, storedBytes } from '../blob-crash/count-bytes.ts'
import { Partner } from '../stores/partner.ts'
import { openPlace, placeIn, STORES } from '../stores/store-place.ts'
import { FILES, STEADY, TASK, type TakerErrand, type TakerLine } from './taker-errand.ts'

/** What a killed process has sent may still be on its way to a server. */
const SETTLE_MS = 300

const TAKER = fileURLToPath(new URL('taker.ts', import.meta.url))

export const snapshotCrash: Drill = {
  name: 'snapshot-crash',
  sentence:
    'Kills whoever takes snapshots of a session at any moment: the newest one is whole and no older than what was acknowledged, the next is laid over it, and the sweep leaves not a byte.',
  runs: 30,
  quickRuns: 4,
  run: crashTakers,
}

async function crashTakers({ runs, seed, sabotage, say, signal }: DrillOptions): Promise<Losses> {
  const random = createSeededRandom(seed)
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  await using server = await openMongoServer()
  await using host = await openLocalHost()
  for (const [index, kind] of STORES.entries()) {
    const directory = await makeStateDirectory()
    try {
      const place = placeIn(directory, kind, server.url)
      await using store = await openPlace(place)
      await store.orchestrators.register({ id: 'drill', lifetimeMs: 86_400_000 })
      const { fence } = await store.tasks.insert({ ...TASK, orchestrator: 'drill', data: {} })
      await makeSteady(directory)
      const stage = { host, store, directory, random, sabotage, errand: { place, fence } }
      const share = index === 0 ? Math.ceil(runs / 2) : Math.floor(runs / 2)
      let before: Progress = { taken: 0, begun: 0 }
      let laid = 0
      for (let n = 1; n <= share; n += 1) {
        signal.throwIfAborted()
        const found = await crashOnce(stage, before)
        before = found.progress
        for (const problem of found.problems) say(`LOSS  ${kind} run ${n}: ${problem}`)
        if (found.problems.length === 0) say(`ok  ${kind} run ${n}, killed ${found.where}`)
        losses.lost += found.problems.length
        if (found.surplus !== 0)
          say(`LOSS  ${kind} run ${n}: ${found.surplus} bytes lie there that nobody speaks of`)
        losses.orphans += found.surplus === 0 ? 0 : 1
        laid += found.isLaid ? 1 : 0
      }
      say(`${laid} of ${share} times the newest of ${kind} was laid over another`)
      if (share > 0 && !(await isLaidOver(stage))) {
        say(`LOSS  ${kind}: the next one is not laid over the newest`)
        losses.lost += 1
      }
    } finally {
      await removeStateDirectory(directory)
    }
  }
  return losses
}

interface Stage {
  readonly host: Host
  readonly store: Store
  readonly directory: string
  readonly random: SeededRandom
  readonly sabotage: boolean
  readonly errand: Pick<TakerErrand, 'place' | 'fence'>
}

interface Progress {
  /** The newest state of which a snapshot was acknowledged. */
  readonly taken: number
  /** The newest of which one was begun. */
  readonly begun: number
}

interface Found {
  readonly problems: readonly string[]
  /** What it was doing when it was killed. */
  readonly where: string
  readonly progress: Progress
  /** The newest needs another one. */
  readonly isLaid: boolean
  /** Bytes that the sweep has left of what nobody speaks of. */
  readonly surplus: number
}

async function makeSteady(directory: string): Promise<void> {
  const steady = path.join(directory, 'task/work', STEADY.directory)
  await mkdir(steady, { recursive: true })
  for (let file = 0; file < STEADY.files; file += 1)
    await writeFile(path.join(steady, String(file)), Buffer.alloc(STEADY.bytes, `steady ${file};`))
}

/** One of the two that come next is: the first stands for itself when there is none, or when the chain is long. */
async function isLaidOver({ host, store, directory, errand: { fence } }: Stage): Promise<boolean> {
  const snapshots = openSnapshots(store)
  const { agent } = codexSnapshotContent
  const task = { ...TASK, host, directory: path.join(directory, 'task'), agent, fence, endState: 'ended' }
  for (const n of [1, 2]) {
    const before = await snapshots.newest(TASK)
    const { baseId } = await snapshots.take({ ...task, resumeRef: { n } })
    if (baseId !== undefined) return baseId === before?.snapshotId
  }
  return false
}

function openSnapshots(store: Store): Snapshots {
  return createSnapshots({ store, contents: [codexSnapshotContent], seeds: [codexSeedManifest] })
}

async function crashOnce(stage: Stage, before: Progress): Promise<Found> {
  const { store, directory, random, sabotage, errand } = stage
  const task = path.join(directory, 'task')
  await mkdir(task, { recursive: true })
  let { taken, begun } = before
  let phase = 'before it began'
  const from = begun + 1
  await using taker = new Partner<never, TakerLine>(TAKER, { ...errand, directory: task, from })
  await taker.start()
  const following = taker.next((line) => {
    if ('taken' in line) [taken, phase] = [line.taken, 'between two']
    if ('taking' in line) [begun, phase] = [line.taking, line.phase]
    return false
  })
  await delay(random.between(0, 700))
  await taker.kill()
  await following
  await delay(errand.place.kind === 'sqlite' ? 10 : SETTLE_MS)
  const snapshots = openSnapshots(store)
  // As if what was acknowledged could be gone.
  if (sabotage) await snapshots.forget(TASK)
  await store.sweep({ graceMs: 1 })
  const surplus = await surplusIn(stage)
  const problems = await judge(stage, snapshots, { taken, begun })
  const isLaid = (await snapshots.newest(TASK))?.baseId !== undefined
  return { problems, where: phase, progress: { taken, begun }, isLaid, surplus }
}

async function surplusIn({ store, errand: { place } }: Stage): Promise<number> {
  const records = await store.snapshots.list(TASK)
  const sizes = records.flatMap(({ archiveBytes, manifestBytes }) => [archiveBytes, manifestBytes])
  return (await storedBytes(place)) - sealedBytes(sizes)
}

/** What is wrong with the newest one. */
async function judge(
  { host, directory }: Stage,
  snapshots: Snapshots,
  { taken, begun }: Progress,
): Promise<readonly string[]> {
  const newest = await snapshots.newest(TASK)
  if (!newest) return taken === 0 ? [] : ['there is none, and one was acknowledged']
  const { n } = newest.resumeRef as { readonly n: number }
  const problems = n < taken || n > begun ? [`the newest is of state ${n}, not of ${taken} to ${begun}`] : []
  const target = path.join(directory, 'restored')
  await snapshots.restore({ ...TASK, host, target })
  const steady = await readdir(path.join(target, 'work', STEADY.directory))
  if (steady.length !== STEADY.files)
    problems.push(`${steady.length} of ${STEADY.files} files that never change are there`)
  for (const file of steady) {
    const bytes = await readFile(path.join(target, 'work', STEADY.directory, file))
    if (!bytes.equals(Buffer.alloc(STEADY.bytes, `steady ${file};`)))
      problems.push('a file that never changes is torn')
  }
  const files = (await readdir(path.join(target, 'work'))).filter((name) => name !== STEADY.directory)
  if (files.length !== FILES) problems.push(`${files.length} of ${FILES} files are there`)
  for (const file of files) {
    const state = (await readFile(path.join(target, 'work', file), 'utf8')).split('\n')[0]
    if (state !== String(n)) problems.push(`a file is of state ${state ?? ''}, not of ${n}`)
  }
  for (const one of await snapshots.list(TASK))
    if (one.verdict === 'bad') problems.push(`the one of number ${one.number} is called bad`)
  return problems
}
