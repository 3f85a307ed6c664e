import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { runInside } from './namespace.ts'
import { SCENARIO_NAMES } from './scenarios.ts'

export const pidReuse: Drill = {
  name: 'pid-reuse',
  sentence:
    'Gives the number of a process that has ended to a bystander, here and on a worker, and looks whether anything that ends, asks or adopts touches the bystander.',
  runs: SCENARIO_NAMES.length * 10,
  quickRuns: SCENARIO_NAMES.length * 2,
  run: reuseNumbers,
}

async function reuseNumbers({ runs, seed, sabotage, say, signal }: DrillOptions): Promise<Losses> {
  const directory = await makeStateDirectory()
  try {
    const said = await runInside({ runs, seed, sabotage, directory }, say, signal)
    return JSON.parse(said) as Losses
  } finally {
    await removeStateDirectory(directory)
  }
}
