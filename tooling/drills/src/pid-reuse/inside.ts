import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { openSshd } from '@x/fixtures'
import { DisposeStack } from '@x/host'
import type { Losses } from '../drill.ts'
import { leftBehind } from '../processes.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { BYSTANDERS, placeBystander, type Bystander, type BystanderKind } from './bystander.ts'
import type { InsideOptions } from './namespace.ts'
import { playScenario, SCENARIO_NAMES, type ScenarioName } from './scenarios.ts'
import { localSide, sshSide, type Side } from './sides.ts'

// Runs the drill, as the child of the first process of a namespace. Its argument are the options; it ends early when
// its input does. The last line of its output are the losses.

const DEADLINE_MS = 20_000
/** What was ended has gone by then. */
const GONE_MS = 5_000
const say = (text: string): void => void process.stderr.write(`${text}\n`)

interface PlannedRun {
  readonly n: number
  readonly side: Side
  readonly scenario: ScenarioName
  readonly kind: BystanderKind
}

async function drillInside(options: InsideOptions): Promise<Losses> {
  const { runs, seed, sabotage, directory, overSsh } = options
  const random = createSeededRandom(seed)
  await using opened = new DisposeStack()
  const sides = [localSide(directory), ...(overSsh ? [await sshSide(opened.use(await openSshd()))] : [])]
  const all = random.shuffled(sides.flatMap((side) => SCENARIO_NAMES.map((scenario) => ({ side, scenario }))))
  const losses = { lost: 0, repeated: 0, orphans: 0, signalled: 0 }
  for (let n = 1; n <= runs && !process.stdin.readableEnded; n += 1) {
    const planned = all[(n - 1) % all.length]
    if (planned === undefined) break
    const run = { n, ...planned, kind: oneOf(random, BYSTANDERS) ?? 'leader' }
    const started = performance.now()
    const found = await playRun(run, sabotage)
    const bad = found.wrong.length + found.left.length + found.harmed > 0
    const seconds = ((performance.now() - started) / 1000).toFixed(1)
    say(`${bad ? 'LOSS' : 'ok'}  run ${n}: ${run.scenario}, ${run.side.name}, ${run.kind} (${seconds} s)`)
    if (found.harmed > 0) say(`      ${found.harmed} of a bystander were ended`)
    for (const text of [...found.wrong, ...found.left]) say(`      ${text}`)
    losses.lost += found.wrong.length
    losses.orphans += found.left.length
    losses.signalled += found.harmed
  }
  return losses
}

interface Found {
  /** What was said and is not so. */
  readonly wrong: readonly string[]
  readonly left: readonly string[]
  /** How many of bystanders were ended. */
  readonly harmed: number
}

async function playRun({ n, side, scenario, kind }: PlannedRun, sabotage: boolean): Promise<Found> {
  const there = path.join(side.directory, `run-${n}`)
  const host = await side.open()
  // Not by ourselves: on a worker it belongs to the account there.
  await (side.name === 'here' ? mkdir(there) : host.files.makeDirectory(there))
  const bystanders: Bystander[] = []
  const giveAway = async (pid: number): Promise<Bystander> => {
    const bystander = await placeBystander(side.space, pid, kind)
    bystanders.push(bystander)
    // As who trusts a number alone would do.
    if (sabotage) await host.exec(['kill', String(pid)])
    return bystander
  }
  const env = { X_DRILL: `${there}/` }
  const ground = { host, there, env, open: side.open, giveAway, abandon: side.abandon }
  const wrong: string[] = []
  const step = async <T>(what: string, work: Promise<T>): Promise<T | undefined> => {
    const done = await inTime(work)
    if (done.isDone) return done.value
    wrong.push(`${what} ${done.why}`)
    return undefined
  }
  wrong.push(...((await step('the scenario', playScenario(scenario, ground))) ?? []))
  await step('closing the host', host.close())
  const harmed = await Promise.all(
    bystanders.map(async (bystander) => (await step('looking at the bystander', bystander.harmed())) ?? 0),
  )
  for (const bystander of bystanders) await step('ending the bystander', bystander.release())
  return {
    wrong,
    harmed: harmed.reduce((sum, count) => sum + count, 0),
    left: await leftBehind(there, GONE_MS),
  }
}

type InTime<T> =
  { readonly isDone: true; readonly value: T } | { readonly isDone: false; readonly why: string }

/** What hangs or fails is told, and does not keep the drill from going on. */
async function inTime<T>(work: Promise<T>): Promise<InTime<T>> {
  let late: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<InTime<T>>((resolve) => {
    late = setTimeout(() => resolve({ isDone: false, why: `hangs after ${DEADLINE_MS} ms` }), DEADLINE_MS)
  })
  const done = work.then(
    (value): InTime<T> => ({ isDone: true, value }),
    (error: unknown): InTime<T> => ({ isDone: false, why: `ended with ${String(error)}` }),
  )
  const first = await Promise.race([done, deadline])
  clearTimeout(late)
  return first
}

function oneOf<T>(random: SeededRandom, list: readonly T[]): T | undefined {
  return list[random.between(0, list.length - 1)]
}

process.stdin.resume()
const losses = await drillInside(JSON.parse(process.argv[2] ?? '') as InsideOptions)
process.stdout.write(`${JSON.stringify(losses)}\n`)
process.exit(0)
