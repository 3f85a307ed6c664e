import type { Bench, BenchOptions, Measure } from '../bench.ts'
import { measureCopies } from './measure-copy.ts'
import { measureAtOnce, measureExec } from './measure-exec.ts'
import { measureTrees } from './measure-trees.ts'
import { openSideBySide } from './side-by-side.ts'

export const ssh: Bench = {
  name: 'ssh',
  sentence: 'Runs and copies on a worker over SSH, beside ssh2 by hand and the programs of OpenSSH.',
  n: 5,
  run: measureSsh,
}

async function measureSsh({ n, say }: BenchOptions): Promise<readonly Measure[]> {
  await using stage = await openSideBySide(n, say)
  return [
    ...(await measureExec(stage)),
    await measureAtOnce(stage),
    ...(await measureCopies(stage)),
    ...(await measureTrees(stage)),
  ]
}
