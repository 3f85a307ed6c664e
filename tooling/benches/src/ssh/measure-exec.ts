import { mustSucceed } from '@x/host'
import { alternate } from '../alternate.ts'
import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { timed, type SideBySide } from './side-by-side.ts'

const IN_A_ROW = 25
const AT_ONCE = 100
/** What one connection takes of an sshd as it comes, but for the one that our host keeps back. */
const CHANNELS = 9
/** A program on both sides: ours runs nothing of the shell's own. */
const ECHO = '/bin/echo'

/** Milliseconds of one `true` after another: over ssh2 by hand, and over a program of OpenSSH for each. */
export async function measureExec(stage: SideBySide): Promise<readonly Measure[]> {
  const { n, ours, bare, openSsh } = stage
  const own = async (): Promise<void> => void mustSucceed(await ours.exec(['true']))
  const overBare = await alternate(
    n,
    () => inARow(own),
    () => inARow(() => bare.exec('true')),
  )
  const overOpenSsh = await alternate(
    n,
    () => inARow(own),
    () => inARow(() => openSsh.exec('true')),
  )
  return [
    compare(stage.say, {
      name: 'exec',
      unit: 'ms',
      a: overBare.a.flat(),
      b: overBare.b.flat(),
      goal: { atMost: 1.5 },
    }),
    compare(stage.say, {
      name: 'exec-openssh',
      unit: 'ms',
      a: overOpenSsh.a.flat(),
      b: overOpenSsh.b.flat(),
      goal: { atMost: 0.5 },
    }),
  ]
}

/** Milliseconds until a hundred that began together have all ended well, on one connection. */
export async function measureAtOnce(stage: SideBySide): Promise<Measure> {
  const { n, ours, bare } = stage
  const numbers = Array.from({ length: AT_ONCE }, (_, index) => String(index))
  const { a, b } = await alternate(
    n,
    () =>
      timed(() =>
        Promise.all(
          numbers.map(async (number) => {
            const { stdout } = mustSucceed(await ours.exec([ECHO, number]))
            assertSame(stdout, number)
          }),
        ),
      ),
    () =>
      timed(() =>
        bounded(CHANNELS, numbers, async (number) =>
          assertSame(await bare.exec(`${ECHO} ${number}`), number),
        ),
      ),
  )
  return compare(stage.say, { name: 'exec-100-at-once', unit: 'ms', a, b, goal: { atMost: 1.5 } })
}

function assertSame(said: string, wanted: string): void {
  if (said !== `${wanted}\n`) throw new Error(`echo ${wanted} said ${JSON.stringify(said)}`)
}

async function inARow(work: () => Promise<unknown>): Promise<readonly number[]> {
  const took: number[] = []
  while (took.length < IN_A_ROW) took.push(await timed(work))
  return took
}

/** So many at a time. */
async function bounded<T>(
  atOnce: number,
  items: readonly T[],
  work: (item: T) => Promise<void>,
): Promise<void> {
  const left = [...items]
  const worker = async (): Promise<void> => {
    for (let item = left.shift(); item !== undefined; item = left.shift()) await work(item)
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}
