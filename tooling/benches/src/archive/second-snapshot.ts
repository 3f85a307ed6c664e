import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { changeOneInAHundred } from './trees.ts'
import { archiveTo, milliseconds, type Stage } from './whole.ts'

const BYTES_GOAL = 0.03
const TIME_GOAL = 0.25
const MEBIBYTE = 2 ** 20

interface Snapshot {
  readonly bytes: number
  readonly time: number
}

/** A whole archive, a change of one file in a hundred, and what has changed: in turn, each second over its own first. */
export async function measureSecondSnapshot(stage: Stage): Promise<readonly Measure[]> {
  const { n, name, say, tree, at } = stage
  const firsts: Snapshot[] = []
  const seconds: Snapshot[] = []
  for (let round = 0; round <= n; round += 1) {
    const first = await timed(() => archiveTo(stage, at('first.tar.zst')))
    await changeOneInAHundred(tree)
    const second = await timed(() => archiveTo(stage, at('second.tar.zst'), first.made.manifest))
    // The first round warms up.
    if (round === 0) continue
    firsts.push({ bytes: first.made.bytes, time: first.time })
    seconds.push({ bytes: second.made.bytes, time: second.time })
  }
  return (['time', 'bytes'] as const).map((what) => {
    const unit = what === 'time' ? 'ms' : 'MiB'
    const scale = what === 'time' ? 1 : MEBIBYTE
    const of = (snapshots: readonly Snapshot[]) => snapshots.map((one) => one[what] / scale)
    const goal = { atMost: what === 'time' ? TIME_GOAL : BYTES_GOAL }
    return compare(say, { name: `${name}-second-${what}`, unit, a: of(seconds), b: of(firsts), goal })
  })
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly made: T; readonly time: number }> {
  let made: T | undefined
  const time = await milliseconds(async () => void (made = await work()))
  return { made: made as T, time }
}
