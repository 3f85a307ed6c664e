import { execFileSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import path from 'node:path'
import { HostError, openLocalHost, restore, type ArchiveHost, type Host } from '@x/host'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { ATTACKS, LIMITS, type Attack } from './attacks.ts'
import { Place } from './place.ts'
import { END, tarEntry } from './tar-bytes.ts'

const NOBODY = 65_534
const KINDS = Object.keys(ATTACKS)

export const hostileArchives: Drill = {
  name: 'hostile-archives',
  sentence:
    'Restores archives that were made to break out, to fill the disk or to be read two ways, cut and damaged besides, as root and as a user.',
  runs: 4 * KINDS.length,
  quickRuns: KINDS.length,
  run: restoreHostileArchives,
}

interface PlannedRun {
  readonly n: number
  readonly kind: string
  readonly attack: Attack
  /** Of each archive of the series. */
  readonly archives: readonly Buffer[]
  readonly isDamaged: boolean
  readonly asUser: boolean
}

async function restoreHostileArchives({ runs, seed, sabotage, say, signal }: DrillOptions): Promise<Losses> {
  const random = createSeededRandom(seed)
  const directory = await makeStateDirectory()
  await using host = await openLocalHost()
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  const kinds = random.shuffled(KINDS)
  try {
    for (let n = 1; n <= runs; n += 1) {
      signal.throwIfAborted()
      const place = await Place.make(path.join(directory, String(n)))
      const kind = kinds[(n - 1) % kinds.length] ?? ''
      const run = planRun({ n, kind, round: Math.floor((n - 1) / kinds.length) }, place, random)
      if (run.asUser) await place.giveTo(NOBODY)
      const before = await place.look()
      const ending = sabotage ? unpackBlindly(run, place) : await attempt(run, place, host, random, signal)
      const found = await place.judge(before, ending === undefined)
      if (ending === undefined && run.attack.mustBeRefused && !run.isDamaged)
        found.harm.push('it was not refused')
      if (ending !== undefined && !(ending instanceof HostError && ending.code === 'archive-unsafe'))
        found.harm.push(`it ended with ${ending instanceof Error ? ending.message : 'no error'}`)
      const bad = found.lost.length + found.harm.length + found.left.length > 0
      const manner = `${run.isDamaged ? ', damaged' : ''}${run.asUser ? ', as a user' : ''}`
      const how = ending === undefined ? 'unpacked' : 'refused'
      say(`${bad ? 'LOSS' : 'ok'}  run ${n}: ${kind}${manner}: ${how}`)
      for (const text of [...found.lost, ...found.harm, ...found.left]) say(`      ${text}`)
      losses.lost += found.lost.length
      losses.repeated += found.harm.length
      losses.orphans += found.left.length
    }
  } finally {
    await removeStateDirectory(directory)
  }
  return losses
}

/** The first round is undamaged, so that every kind is tried as it was meant. */
function planRun(
  { n, kind, round }: { readonly n: number; readonly kind: string; readonly round: number },
  place: Place,
  random: SeededRandom,
): PlannedRun {
  const attack = ATTACKS[kind]?.(place.outside, random)
  if (attack === undefined) throw new Error(`there is no attack ${kind}`)
  // What an archive says about itself comes before its entries.
  const before =
    attack.increment === undefined && random.chance(0.5)
      ? [tarEntry({ name: 'first', body: 'x'.repeat(random.between(0, 2_000)) })]
      : []
  const tars = [Buffer.concat([...before, ...attack.blocks, END])]
  if (attack.increment !== undefined) tars.push(Buffer.concat([...attack.increment, END]))
  const isDamaged = round > 0 && random.chance(0.5)
  const archives = tars.map((tar) => {
    if (isDamaged) damage(tar, random)
    const cutAt = isDamaged && random.chance(0.3) ? random.between(0, tar.length) : tar.length
    return random.chance(0.5) ? gzipSync(tar.subarray(0, cutAt)) : zstd(tar.subarray(0, cutAt))
  })
  return { n, kind, attack, archives, isDamaged, asUser: process.getuid?.() === 0 && random.chance(0.5) }
}

function damage(tar: Buffer, random: SeededRandom): void {
  for (let count = random.between(0, 4); count > 0; count -= 1)
    tar[random.between(0, Math.min(tar.length, 8_192) - 1)] = random.between(0, 255)
}

function zstd(bytes: Buffer): Buffer {
  return execFileSync('zstd', ['-1', '-q', '-c'], { input: bytes, maxBuffer: 2 ** 28 })
}

/** @returns the failure, or nothing when it was unpacked */
async function attempt(
  run: PlannedRun,
  place: Place,
  host: Host,
  random: SeededRandom,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const worker = run.asUser ? asUser(host, NOBODY) : host
    const streams = run.archives.map((bytes) => inPieces(bytes, random))
    await restore(worker, streams, place.target, { limits: LIMITS, signal })
    return undefined
  } catch (error) {
    signal.throwIfAborted()
    return error
  }
}

/** Runs its programs with less rights than ours. */
function asUser(host: Host, uid: number): ArchiveHost {
  const less = ['setpriv', `--reuid=${uid}`, `--regid=${uid}`, '--clear-groups', '--']
  return {
    name: `${host.name} as ${uid}`,
    files: host.files,
    exec: (argv, options) => host.exec([...less, ...argv], options),
    spawn: (argv, options) => host.spawn([...less, ...argv], options),
  }
}

/** As a store gives them. */
async function* inPieces(bytes: Buffer, random: SeededRandom): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length;) {
    const end = Math.min(bytes.length, at + random.between(1, 40_000))
    yield bytes.subarray(at, end)
    at = end
  }
}

/** What a program that trusts archives does. */
function unpackBlindly(run: PlannedRun, place: Place): unknown {
  const script = '{ zstd -dcfq 2>/dev/null || true; } | gzip -dcf | tar -xPp -C "$1" -f -'
  try {
    for (const input of run.archives)
      execFileSync('sh', ['-c', script, 'sh', place.target], { input, stdio: ['pipe', 'ignore', 'ignore'] })
    return undefined
  } catch {
    return new HostError('archive-unsafe', 'tar has failed')
  }
}
