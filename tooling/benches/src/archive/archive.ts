import path from 'node:path'
import { archive as archiveDirectory } from '@x/host'
import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { rounded } from '../statistics.ts'
import { Worker } from '../stream/worker.ts'
import type { MemoryService } from './memory-process.ts'
import { makeDirectory, openHere, openWorker, removeDirectory, type Place } from './place.ts'
import { measureSecondSnapshot } from './second-snapshot.ts'
import { makeTree, type TreeKind } from './trees.ts'
import { measureCreate, measureRestore, measureSmallRestore, type Stage } from './whole.ts'

const MEGABYTE = 1_000_000
const MEMORY_GOAL_MIB = 64
const KINDS: readonly TreeKind[] = ['plain', 'packages']

export const archive: Bench = {
  name: 'archive',
  sentence: 'Archives trees and restores them, here and over SSH, beside tar and zstd in a pipe.',
  n: 5,
  run: measureArchives,
}

async function measureArchives(options: BenchOptions): Promise<readonly Measure[]> {
  const measures: Measure[] = []
  for (const open of [openHere, openWorker]) {
    await using place = await open()
    for (const kind of KINDS)
      measures.push(...(await inDirectory((at) => measureTree(options, place, kind, at))))
    const small = { ...options, place, name: `${place.name}-small` }
    measures.push(await inDirectory((at) => measureSmallRestore({ ...small, at })))
  }
  return measures
}

async function inDirectory<T>(work: (at: Stage['at']) => Promise<T>): Promise<T> {
  const directory = await makeDirectory()
  try {
    return await work((name) => path.join(directory, name))
  } finally {
    await removeDirectory(directory)
  }
}

async function measureTree(
  { n, say }: BenchOptions,
  place: Place,
  kind: TreeKind,
  at: Stage['at'],
): Promise<readonly Measure[]> {
  const name = `${place.name}-${kind}`
  const tree = at('tree')
  await makeTree(kind, tree)
  const { manifest } = await archiveDirectory(place.host, tree)
  const bytes = bytesOnce(manifest)
  say(`${name}: ${manifest.entryCount} entries, ${Math.round(bytes / MEGABYTE)} MB`)
  const stage = { n, say, place, name, tree, bytes, at }
  return [
    await measureCreate(stage),
    await measureRestore(stage),
    await measureMemory(stage),
    ...(await measureSecondSnapshot(stage)),
  ]
}

/** Of all files, each counted once whatever the number of its names. */
function bytesOnce(manifest: Awaited<ReturnType<typeof archiveDirectory>>['manifest']): number {
  const sizes = new Map<string, number>()
  for (const { inode, size } of manifest.entries()) sizes.set(inode, size)
  return [...sizes.values()].reduce((sum, size) => sum + size, 0)
}

/** In a process of its own, that does nothing else. */
async function measureMemory({ name, say, place, tree, at }: Stage): Promise<Measure> {
  await using worker = await Worker.open<MemoryService>('../archive/memory-process.ts', place.opening)
  const { idle, most } = await worker.ask({ tree, file: at('memory.tar.zst'), restored: at('work/memory') })
  await place.shell(`rm -rf '${at('work/memory')}'`, {})
  say(`${name}-memory: ${rounded(idle)} MiB idle, ${rounded(most)} MiB at most`)
  return {
    name: `${name}-memory`,
    ours: rounded(most),
    peer: rounded(idle),
    unit: 'MiB',
    ratio: rounded(most / idle),
    goal: `added <= ${MEMORY_GOAL_MIB} MiB`,
    met: most - idle <= MEMORY_GOAL_MIB,
  }
}
