import { openMongoServer, openTokenEndpoint, type TokenEndpointFixture } from '@x/fixtures'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { LoginTally } from '../logins/login-tally.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { openPlace, placeIn, STORES, type StorePlace } from '../stores/store-place.ts'
import { planRuns } from './plan.ts'
import { PlantedRotation, type LeftOnWorkers } from './planted/planted-rotation.ts'
import { Rotation } from './rotation.ts'

export const rotate: Drill = {
  name: 'rotate',
  sentence:
    'Kills whoever renews or keeps a login at every step, while several share it and a tenth of the calls of their store fail, through the broker and planted: no token is used twice, no login is stranded, and what is lost between the provider and the store is called unknown.',
  runs: 100,
  quickRuns: 18,
  run: rotateLogins,
}

type Side = DrillOptions & {
  readonly tally: LoginTally
  readonly endpoint: TokenEndpointFixture
  /** Of the MongoDB-protocol server. */
  readonly url: string
}

/** Both stores side by side: most of a run is waiting for what was left to expire. */
async function rotateLogins(options: DrillOptions): Promise<Losses> {
  const tally = new LoginTally()
  await using server = await openMongoServer()
  await using endpoint = await openTokenEndpoint()
  const side = { ...options, tally, endpoint, url: server.url }
  const sides = await Promise.allSettled(STORES.map((kind) => rotateIn(kind, side)))
  const found = sides.map((one) => {
    if (one.status === 'rejected') throw one.reason
    return one.value
  })
  const sum = (of: (one: LeftOnWorkers) => number): number => found.reduce((all, one) => all + of(one), 0)
  options.say(tally.sentence)
  options.say(
    `planted: ${sum(({ left }) => left)} times the newest token lay on a worker alone, and was found there ${sum((one) => one.found)} times`,
  )
  return tally.losses
}

async function rotateIn(kind: StorePlace['kind'], side: Side): Promise<LeftOnWorkers> {
  const { runs, seed, sabotage, say, signal, tally, endpoint, url } = side
  const planned = planRuns(runs, seed).filter(({ store }) => store === kind)
  const directory = await makeStateDirectory()
  try {
    const place = placeIn(directory, kind, url)
    await using store = await openPlace(place)
    const options = { store, place, directory, endpoint, sabotage, seed, say }
    {
      await using rotation = new Rotation(options)
      const brokered = planned.filter((run) => run.mode === 'brokered')
      await tally.runAll(brokered, (run) => rotation.run(run), signal)
    }
    await using rotation = new PlantedRotation(options)
    const planted = planned.filter((run) => run.mode === 'planted')
    await tally.runAll(planted, (run) => rotation.run(run), signal)
    return rotation.leftOnWorkers
  } finally {
    await removeStateDirectory(directory)
  }
}
