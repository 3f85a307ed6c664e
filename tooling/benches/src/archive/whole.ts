import { createReadStream } from 'node:fs'
import { mkdir, open, writeFile } from 'node:fs/promises'
import { archive, restore, type Manifest } from '@x/host'
import { alternate } from '../alternate.ts'
import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import type { Place } from './place.ts'

const MEGABYTE = 1_000_000
const RATE_GOAL = 0.8
const SMALL_GOAL_MS = 150
const SMALL_FILES = 10
/** Of the file that is restored, as `archive` gives them. */
const CHUNK_BYTES = 262_144

/** A tree at a place. */
export interface Stage {
  readonly n: number
  readonly say: (text: string) => void
  readonly place: Place
  /** Begins the names of its measures. */
  readonly name: string
  readonly tree: string
  readonly bytes: number
  /** A path, which nothing lies at unless this bench has made it. */
  readonly at: (name: string) => string
}

/** Writes an archive to a file. */
export async function archiveTo(
  { place, tree }: Pick<Stage, 'place' | 'tree'>,
  file: string,
  base?: Manifest,
): Promise<{ readonly manifest: Manifest; readonly bytes: number }> {
  await using kept = await open(file, 'w')
  const { manifest, stream } = await archive(place.host, tree, base === undefined ? {} : { base })
  let bytes = 0
  for await (const chunk of stream) bytes += (await kept.write(chunk)).bytesWritten
  return { manifest, bytes }
}

export async function measureCreate(stage: Stage): Promise<Measure> {
  const { n, say, name, place, tree, at } = stage
  const { a, b } = await alternate(
    n,
    () => rate(stage, () => archiveTo(stage, at('ours.tar.zst'))),
    () => rate(stage, () => place.shell(`tar -C '${tree}' -c . | zstd -1 -q -c`, { to: at('peer.tar.zst') })),
  )
  const goal = { atLeast: RATE_GOAL }
  return compare(say, { name: `${name}-create`, unit: 'MB/s', a, b, goal })
}

/** `measureCreate` has made what is restored. */
export async function measureRestore(stage: Stage): Promise<Measure> {
  const { n, say, name, place, at } = stage
  const restored = at('work/restored')
  const clear = (): Promise<unknown> => place.shell(`rm -rf '${restored}'`, {})
  const { a, b } = await alternate(
    n,
    async () => {
      const result = await rate(stage, () =>
        restore(place.host, createReadStream(at('ours.tar.zst'), { highWaterMark: CHUNK_BYTES }), restored),
      )
      await clear()
      return result
    },
    async () => {
      const script = `mkdir '${restored}' && zstd -d -q -c | tar -C '${restored}' -x`
      const result = await rate(stage, () => place.shell(script, { from: at('peer.tar.zst') }))
      await clear()
      return result
    },
  )
  const goal = { atLeast: RATE_GOAL }
  return compare(say, { name: `${name}-restore`, unit: 'MB/s', a, b, goal })
}

/** What it costs when there is next to nothing to restore, on a host that has restored before. */
export async function measureSmallRestore(stage: Omit<Stage, 'tree' | 'bytes'>): Promise<Measure> {
  const { n, say, place, at } = stage
  const tree = at('small')
  await mkdir(tree)
  for (let file = 0; file < SMALL_FILES; file += 1) await writeFile(`${tree}/${file}`, 'small\n')
  await archiveTo({ place, tree }, at('small.tar.zst'))
  const restored = at('work/restored')
  const { a, b } = await alternate(
    4 * n,
    async () => {
      const time = await milliseconds(() =>
        restore(place.host, createReadStream(at('small.tar.zst')), restored),
      )
      await place.shell(`rm -rf '${restored}'`, {})
      return time
    },
    async () => {
      const script = `mkdir '${restored}' && zstd -d -q -c | tar -C '${restored}' -x`
      const time = await milliseconds(() => place.shell(script, { from: at('small.tar.zst') }))
      await place.shell(`rm -rf '${restored}'`, {})
      return time
    },
  )
  const measure = compare(say, { name: `${stage.name}-restore`, unit: 'ms', a, b })
  if (place.name !== 'local') return measure
  return { ...measure, goal: `ours <= ${SMALL_GOAL_MS} ms`, met: measure.ours <= SMALL_GOAL_MS }
}

export async function milliseconds(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}

/** @returns megabytes of the tree a second */
async function rate({ bytes }: Stage, work: () => Promise<unknown>): Promise<number> {
  return bytes / MEGABYTE / ((await milliseconds(work)) / 1_000)
}
