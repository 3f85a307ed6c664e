import { openMongoServer, openTokenEndpoint } from '@x/fixtures'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { openPlace, placeIn, STORES } from '../stores/store-place.ts'
import { planRuns } from './plan.ts'
import { Rotation } from './rotation.ts'

export const rotate: Drill = {
  name: 'rotate',
  sentence:
    'Kills brokers at every step of a refresh while several share each login and a tenth of the calls of their store fail: no token is used twice, no login is stranded, and what is lost between the provider and the store is called unknown.',
  runs: 100,
  quickRuns: 8,
  run: rotateLogins,
}

async function rotateLogins({ runs, seed, sabotage, say, signal }: DrillOptions): Promise<Losses> {
  const planned = planRuns(runs, seed)
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  const unknown = { reported: 0, burnt: 0, cautious: 0 }
  await using server = await openMongoServer()
  await using endpoint = await openTokenEndpoint()
  for (const [index, kind] of STORES.entries()) {
    const directory = await makeStateDirectory()
    try {
      const place = placeIn(directory, kind, server.url)
      await using store = await openPlace(place)
      await using rotation = new Rotation({ store, place, directory, endpoint, sabotage, seed, say })
      // The first half of the schedule, then the second.
      const half = Math.ceil(runs / STORES.length)
      for (const run of planned.slice(index * half, (index + 1) * half)) {
        signal.throwIfAborted()
        const found = await rotation.run(run)
        losses.lost += found.lost
        losses.repeated += found.repeated
        unknown.reported += found.unknown
        unknown.burnt += found.burnt
        unknown.cautious += found.unknown - found.burnt
      }
    } finally {
      await removeStateDirectory(directory)
    }
  }
  say(
    `unknown: ${unknown.reported} reported, ${unknown.burnt} of them spent by the endpoint's ledger, ${unknown.cautious} marked and killed before the request`,
  )
  return losses
}
