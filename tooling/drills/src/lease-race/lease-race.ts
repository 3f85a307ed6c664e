import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { openMongoServer } from '@x/fixtures'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { openPlace, placeIn, STORES } from '../stores/store-place.ts'
import { Race, type Fate } from './race.ts'

/** A race of all is dear to start; a few rounds are no reason. */
const FULL = { racers: 50, seeds: 5 }
const SMALL = { racers: 12, seeds: 3 }
const SMALL_RUNS = 4

export const leaseRace: Drill = {
  name: 'lease-race',
  sentence:
    'Has fifty processes race for five seeds in each store, and stops holders past their lease: nobody has what another has, nobody who lost it writes, nobody starves.',
  runs: 20,
  quickRuns: 2,
  run: raceForLeases,
}

async function raceForLeases({ runs, seed, sabotage, say, signal }: DrillOptions): Promise<Losses> {
  const random = createSeededRandom(seed)
  const sizes = runs < SMALL_RUNS ? SMALL : FULL
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  await using server = await openMongoServer()
  for (const [n, kind] of STORES.entries()) {
    const rounds = Math.floor((runs + 1 - n) / STORES.length)
    if (rounds === 0) continue
    const directory = await makeStateDirectory()
    try {
      const place = placeIn(directory, kind, server.url)
      const marks = path.join(directory, 'marks')
      await mkdir(marks)
      await using store = await openPlace(place)
      await using race = new Race({ store, place, marks, sabotage, say, ...sizes })
      await race.start()
      for (let round = 1; round <= rounds; round += 1) {
        signal.throwIfAborted()
        const started = performance.now()
        const found = await race.round(round, fatesOf(sizes.racers, random))
        const seconds = ((performance.now() - started) / 1_000).toFixed(1)
        const isBad = found.lost + found.repeated + found.orphans > 0
        say(`${isBad ? 'LOSS' : 'ok'}  ${kind} run ${round}: ${sizes.racers} racers in ${seconds} s`)
        losses.lost += found.lost
        losses.repeated += found.repeated
        losses.orphans += found.orphans
      }
    } finally {
      await removeStateDirectory(directory)
    }
  }
  return losses
}

/** A tenth of each kind of fault, and at least one. */
function fatesOf(racers: number, random: SeededRandom): readonly Fate[] {
  const each = Math.max(1, Math.round(racers / 10))
  return random.shuffled(
    Array.from({ length: racers }, (_, n): Fate =>
      n < each ? 'replaced' : n < 2 * each ? 'frozen' : 'runs',
    ),
  )
}
