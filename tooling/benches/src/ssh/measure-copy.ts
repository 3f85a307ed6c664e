import { randomFillSync } from 'node:crypto'
import { chmod, open, rm } from 'node:fs/promises'
import { alternate } from '../alternate.ts'
import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { timed, type SideBySide } from './side-by-side.ts'

const FILE_MIB = 512
const MEBIBYTE = 2 ** 20
const RATE_GOAL = 0.8

/** MiB a second of one large file that nobody can compress; ours proves by its sum that it has arrived. */
export async function measureCopies(stage: SideBySide): Promise<readonly Measure[]> {
  const { n, ours, openSsh, here, there } = stage
  const source = here('large')
  await writeRandom(source)
  // Taken away before the next one: else ours would see that it is there already.
  const into = async (target: string, work: () => Promise<unknown>): Promise<number> => {
    const rate = FILE_MIB / ((await timed(work)) / 1_000)
    await rm(target)
    return rate
  }
  const up = await alternate(
    n,
    () => into(there('ours'), () => ours.files.copyIn(source, there('ours'))),
    () => into(there('peer'), () => openSsh.send(source, there('peer'))),
  )
  const down = await alternate(
    n,
    () => into(here('ours'), () => ours.files.copyOut(source, here('ours'))),
    () => into(here('peer'), () => openSsh.fetch(source, here('peer'))),
  )
  await rm(source)
  const goal = { atLeast: RATE_GOAL }
  return [
    compare(stage.say, { name: 'copy-in', unit: 'MiB/s', ...up, goal }),
    compare(stage.say, { name: 'copy-out', unit: 'MiB/s', ...down, goal }),
  ]
}

async function writeRandom(file: string): Promise<void> {
  const handle = await open(file, 'wx')
  try {
    const piece = Buffer.allocUnsafe(MEBIBYTE)
    for (let mib = 0; mib < FILE_MIB; mib += 1) await handle.write(randomFillSync(piece))
  } finally {
    await handle.close()
  }
  await chmod(file, 0o644)
}
