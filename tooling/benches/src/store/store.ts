import { copyFile, mkdir } from 'node:fs/promises'
import path from 'node:path'
import { openMongoStore } from '@x/agents/mongo'
import { openSqliteStore } from '@x/agents/sqlite'
import { openKeyDirectory, type Store } from '@x/agents/store'
import { openMongoServer, privateDirectory } from '@x/fixtures'
import { alternate } from '../alternate.ts'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { percentile } from '../statistics.ts'
import { copyDurably, makeFile, openRawMongo, remove, restoreFile, storeFile } from './blobs.ts'
import { durableAppends, leaseOperations, makePool, timed, type Times } from './leases.ts'

const MEGABYTES = 192
/** The server of the tests is slow with blobs, and keeps what was deleted in its file. */
const MONGO_MEGABYTES = 32
const OPERATIONS = 10_000
const SEEDS = 100

export const store: Bench = {
  name: 'store',
  sentence:
    'Encrypted content into and out of each store beside a plain copy or the bare driver, and ten thousand operations on leases beside bare durable writes.',
  n: 5,
  run: measureStores,
}

interface Setting extends BenchOptions {
  readonly directory: string
  readonly store: Store
}

async function measureStores(options: BenchOptions): Promise<readonly Measure[]> {
  await using directory = await privateDirectory()
  await using server = await openMongoServer()
  const keys = openKeyDirectory({ path: path.join(directory.path, 'keys') })
  await mkdir(path.join(directory.path, 'files'))
  const files = path.join(directory.path, 'files')
  await using sqlite = await openSqliteStore({ path: path.join(directory.path, 'store/store.sqlite'), keys })
  await using mongo = await openMongoStore({ url: server.url, database: 'x-ours', keys })
  await using raw = await openRawMongo(server.url)
  const ours = { ...options, directory: files }
  return [
    ...(await sqliteBlobs({ ...ours, store: sqlite })),
    ...(await mongoBlobs({ ...ours, store: mongo }, raw)),
    ...(await leases('sqlite', { ...ours, store: sqlite }, (count) => durableAppends(files, count))),
    ...(await leases('mongodb', { ...ours, store: mongo }, (count) => rawUpdates(raw, count))),
  ]
}

/** Beside a copy of a file: to the disk for what is written, and to wherever the system likes for what is read. */
async function sqliteBlobs({ store: ours, directory, say, n }: Setting): Promise<readonly Measure[]> {
  const file = await makeFile(directory, MEGABYTES)
  const to = path.join(directory, 'copy')
  const goal = { atLeast: 0.5 }
  const writes = await alternate(
    n,
    async () => {
      const { rate, result } = await measured(MEGABYTES, () => storeFile(ours, file))
      await ours.seeds.purge(result)
      return rate
    },
    async () => {
      const { rate } = await measured(MEGABYTES, () => copyDurably(file, to))
      await remove(to)
      return rate
    },
  )
  const seed = await storeFile(ours, file)
  const reads = await alternate(
    n,
    () => readTo(to, MEGABYTES, () => restoreFile(ours, seed, to)),
    () => readTo(to, MEGABYTES, () => copyFile(file, to)),
  )
  await ours.seeds.purge(seed)
  await remove(file)
  return [
    compare(say, { name: 'sqlite-blob-write', unit: 'MB/s', ...writes, goal }),
    compare(say, { name: 'sqlite-blob-read', unit: 'MB/s', ...reads, goal }),
  ]
}

/** Beside the driver alone, which waits for each piece as we do. */
async function mongoBlobs(
  { store: ours, directory, say, n }: Setting,
  raw: Awaited<ReturnType<typeof openRawMongo>>,
): Promise<readonly Measure[]> {
  const file = await makeFile(directory, MONGO_MEGABYTES)
  const to = path.join(directory, 'copy')
  const goal = { atLeast: 0.5 }
  const writes = await alternate(
    n,
    async () => {
      const { rate, result } = await measured(MONGO_MEGABYTES, () => storeFile(ours, file))
      await ours.seeds.purge(result)
      return rate
    },
    async () => {
      const { rate } = await measured(MONGO_MEGABYTES, () => raw.write(file))
      await raw.clear()
      return rate
    },
  )
  const seed = await storeFile(ours, file)
  await raw.write(file)
  const reads = await alternate(
    n,
    () => readTo(to, MONGO_MEGABYTES, () => restoreFile(ours, seed, to)),
    () => readTo(to, MONGO_MEGABYTES, () => raw.read(to)),
  )
  await raw.clear()
  await ours.seeds.purge(seed)
  await remove(file)
  return [
    compare(say, { name: 'mongodb-blob-write', unit: 'MB/s', ...writes, goal }),
    compare(say, { name: 'mongodb-blob-read', unit: 'MB/s', ...reads, goal }),
  ]
}

/** As many as are wanted, in `n` parts; the first of each side does not count. */
async function leases(
  kind: string,
  { store: ours, say, n }: Setting,
  peer: (count: number) => Promise<Times>,
): Promise<readonly Measure[]> {
  await makePool(ours, SEEDS)
  const part = Math.ceil(OPERATIONS / n)
  const { a, b } = await alternate(
    n,
    () => leaseOperations(ours, part),
    () => peer(part),
  )
  const rates = (parts: readonly Times[]) => parts.map((times) => (1_000 * times.length) / sum(times))
  const late = (parts: readonly Times[]) => parts.map((times) => percentile(times, 95))
  return [
    compare(say, { name: `${kind}-leases`, unit: 'ops/s', a: rates(a), b: rates(b) }),
    compare(say, { name: `${kind}-lease-p95`, unit: 'ms', a: late(a), b: late(b) }),
  ]
}

/** The atomic change of one document that a claim is at least. */
async function rawUpdates(
  { leases: documents }: Awaited<ReturnType<typeof openRawMongo>>,
  count: number,
): Promise<Times> {
  const times: number[] = []
  for (let n = 0; n < count; n += 1) {
    await timed(times, () =>
      documents.findOneAndUpdate({ _id: `seed ${n % SEEDS}` }, { $inc: { fence: 1 } }, { upsert: true }),
    )
  }
  return times
}

async function readTo(to: string, megabytes: number, act: () => Promise<void>): Promise<number> {
  const { rate } = await measured(megabytes, act)
  await remove(to)
  return rate
}

/** Megabytes in a second. */
async function measured<T>(
  megabytes: number,
  act: () => Promise<T>,
): Promise<{ readonly rate: number; readonly result: T }> {
  const started = performance.now()
  const result = await act()
  return { rate: (megabytes * 1_000) / (performance.now() - started), result }
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0)
}
