import { randomBytes } from 'node:crypto'
import { chmod, mkdir, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { archive, restore } from '@x/host'
import { alternate } from '../alternate.ts'
import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { timed, type SideBySide } from './side-by-side.ts'

const DIRECTORIES = 100
const FILES_EACH = 100
const MOST_BYTES = 8_192
const RATE_GOAL = 0.8

/** Files a second of a tree of small ones. Our way to copy trees is an archive that is restored while it is made. */
export async function measureTrees(stage: SideBySide): Promise<readonly Measure[]> {
  const { n, ours, local, openSsh, here, there } = stage
  const tree = here('tree')
  await makeTree(tree)
  const into = async (target: string, work: () => Promise<unknown>): Promise<number> => {
    const rate = (DIRECTORIES * FILES_EACH) / ((await timed(work)) / 1_000)
    await rm(target, { recursive: true })
    return rate
  }
  const up = await alternate(
    n,
    () => into(there('ours'), async () => restore(ours, (await archive(local, tree)).stream, there('ours'))),
    () => into(there('peer'), () => openSsh.sendTree(tree, there('peer'))),
  )
  const down = await alternate(
    n,
    () => into(here('ours'), async () => restore(local, (await archive(ours, tree)).stream, here('ours'))),
    () => into(here('peer'), () => openSsh.fetchTree(tree, here('peer'))),
  )
  const goal = { atLeast: RATE_GOAL }
  return [
    compare(stage.say, { name: 'tree-in', unit: 'files/s', ...up, goal }),
    compare(stage.say, { name: 'tree-out', unit: 'files/s', ...down, goal }),
  ]
}

async function makeTree(tree: string): Promise<void> {
  const bytes = randomBytes(2 * MOST_BYTES)
  await mkdir(tree)
  for (let directory = 0; directory < DIRECTORIES; directory += 1) {
    const at = path.join(tree, String(directory))
    await mkdir(at)
    await Promise.all(
      Array.from({ length: FILES_EACH }, (_, file) => {
        const from = (directory * 131 + file * 17) % MOST_BYTES
        return writeFile(
          path.join(at, `file-${file}`),
          bytes.subarray(from, from + ((file * 83) % MOST_BYTES)),
        )
      }),
    )
  }
  await chmod(tree, 0o755)
}
