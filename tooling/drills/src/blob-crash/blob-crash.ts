import { createHash } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openMongoServer } from '@x/fixtures'
import { StoreError, type Content, type SeedRecord, type SnapshotRecord, type Store } from '@x/agents/store'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { startProgram, type Line, type Program } from '../stores/program.ts'
import { openPlace, placeIn, STORES, type StorePlace } from '../stores/store-place.ts'
import { digestOf, PART } from './content.ts'
import { sealedBytes, storedBytes } from './count-bytes.ts'
import { OWNER } from './writer-errand.ts'

const WRITER = fileURLToPath(new URL('writer.ts', import.meta.url))
/** What a killed writer has sent may still be on its way to a server. */
const SETTLE_MS = 300

export const blobCrash: Drill = {
  name: 'blob-crash',
  sentence:
    'Kills writers of logins and snapshots in the middle of what they store, in both stores, while another reads: nothing is torn, nothing acknowledged is lost, and the sweep leaves not a byte.',
  runs: 50,
  quickRuns: 4,
  run: killWriters,
}

interface Writer {
  readonly program: Program
  /** What it is writing now. */
  writing: boolean
  readonly stored: Map<string, number>
  readonly snapshots: Set<string>
}

async function killWriters(options: DrillOptions): Promise<Losses> {
  const { runs, seed, say, signal } = options
  const random = createSeededRandom(seed)
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  let midway = 0
  await using server = await openMongoServer()
  for (const [n, kind] of STORES.entries()) {
    const directory = await makeStateDirectory()
    try {
      const place = placeIn(directory, kind, server.url)
      await using store = await openPlace(place)
      for (let run = 1; run <= Math.floor((runs + 1 - n) / STORES.length); run += 1) {
        signal.throwIfAborted()
        const found = await oneRun({ ...options, place, store, random, name: `${kind} ${run}` })
        const bad = [...found.lost, ...found.torn, ...found.leaked]
        say(
          `${bad.length > 0 ? 'LOSS' : 'ok'}  ${kind} run ${run}: ${found.stored} stored${found.midway ? ', killed midway' : ''}`,
        )
        for (const text of bad) say(`      ${text}`)
        losses.lost += found.lost.length
        losses.repeated += found.torn.length
        losses.orphans += found.leaked.length
        midway += found.midway ? 1 : 0
      }
    } finally {
      await removeStateDirectory(directory)
    }
  }
  say(`${midway} of ${runs} writers were killed midway`)
  return losses
}

interface Run extends DrillOptions {
  readonly place: StorePlace
  readonly store: Store
  readonly random: SeededRandom
  readonly name: string
}

async function oneRun({ place, store, random, name, sabotage }: Run) {
  const lost: string[] = []
  const torn: string[] = []
  const leaked: string[] = []
  const writer = await startWriter(place, name)
  const reading = new AbortController()
  const reader = readOn(store, reading.signal, torn)
  await delay(random.between(20, 600))
  const midway = writer.writing
  await writer.program.kill()
  reading.abort()
  await reader
  await delay(place.kind === 'sqlite' ? 10 : SETTLE_MS)
  if (!sabotage) await store.sweep({ graceMs: 1 })
  const seeds = await store.seeds.list({ owner: OWNER })
  for (const [stored, revision] of writer.stored) {
    const found = seeds.find((seed) => seed.name === stored)
    if (!found || found.revision < revision)
      lost.push(`revision ${revision} of ${stored} was acknowledged and is not there`)
  }
  for (const seed of seeds) torn.push(...(await tornIn(store, seed)))
  const snapshots = await store.snapshots.list({ owner: OWNER })
  lost.push(...missing(writer.snapshots, snapshots))
  for (const snapshot of snapshots) torn.push(...(await tornInSnapshot(store, snapshot)))
  const sizes = [
    ...seeds.map(({ bytes }) => bytes),
    ...snapshots.flatMap(({ archiveBytes, manifestBytes }) => [archiveBytes, manifestBytes]),
  ]
  const surplus = (await storedBytes(place)) - sealedBytes(sizes)
  if (surplus !== 0) leaked.push(`${surplus} bytes lie there that nobody speaks of`)
  for (const seed of seeds) await store.seeds.purge(seed, { revoke: true })
  for (const snapshot of snapshots.toReversed()) await store.snapshots.delete(snapshot)
  // So that each run tells of its own.
  await store.sweep({ graceMs: 1 })
  return { lost, torn, leaked, midway, stored: seeds.length + snapshots.length }
}

async function startWriter(place: StorePlace, name: string): Promise<Writer> {
  const stored = new Map<string, number>()
  const snapshots = new Set<string>()
  return new Promise((resolve, reject) => {
    const hear = (line: Line): void => {
      if ('begins' in line) writer.writing = true
      if ('stored' in line) {
        writer.writing = false
        stored.set(String(line['stored']), Number(line['revision']))
      }
      if ('snapshot' in line) {
        writer.writing = false
        snapshots.add(String(line['snapshot']))
      }
      if ('ready' in line) resolve(writer)
    }
    const program = startProgram(WRITER, { place, name }, hear)
    const writer: Writer = { program, writing: false, stored, snapshots }
    void writer.program.ended.then(() => reject(new Error('a writer has ended by itself')))
  })
}

/** Whoever reads meanwhile gets something whole, or is told that it was replaced. */
async function readOn(store: Store, signal: AbortSignal, torn: string[]): Promise<void> {
  while (!signal.aborted) {
    for (const seed of await store.seeds.list({ owner: OWNER })) torn.push(...(await tornIn(store, seed)))
    for (const snapshot of await store.snapshots.list({ owner: OWNER }))
      torn.push(...(await tornInSnapshot(store, snapshot)))
    await delay(5)
  }
}

async function tornIn(store: Store, { owner, seedId }: SeedRecord): Promise<readonly string[]> {
  try {
    const { seed, content } = await store.seeds.read({ owner, seedId })
    return (await hashOf(content)) === digestOf(seed.name, seed.revision) ? [] : [`${seed.name} is torn`]
  } catch (error) {
    if (error instanceof StoreError && error.code === 'conflict') return []
    return [`${seedId} can't be read: ${String(error)}`]
  }
}

/** Acknowledged snapshots that are not there, and chains that are cut. */
function missing(acknowledged: ReadonlySet<string>, snapshots: readonly SnapshotRecord[]): readonly string[] {
  const names = new Set(snapshots.map(({ data }) => data['name']))
  const ids = new Set(snapshots.map(({ snapshotId }) => snapshotId))
  return [
    ...[...acknowledged]
      .filter((name) => !names.has(name))
      .map((name) => `snapshot ${name} was acknowledged and is not there`),
    ...snapshots
      .filter(({ baseId }) => baseId !== undefined && !ids.has(baseId))
      .map(({ snapshotId }) => `the base of snapshot ${snapshotId} is not there`),
  ]
}

async function tornInSnapshot(store: Store, snapshot: SnapshotRecord): Promise<readonly string[]> {
  const name = typeof snapshot.data['name'] === 'string' ? snapshot.data['name'] : ''
  try {
    for (const part of ['archive', 'manifest'] as const) {
      const { content } = await store.snapshots.read(snapshot, part)
      if ((await hashOf(content)) !== digestOf(name, PART[part])) return [`the ${part} of ${name} is torn`]
    }
    return []
  } catch (error) {
    return [`snapshot ${name} can't be read: ${String(error)}`]
  }
}

async function hashOf(content: Content): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of content) hash.update(chunk)
  return hash.digest('hex')
}
