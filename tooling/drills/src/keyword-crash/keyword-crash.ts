import { mkdir, readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { openMongoServer } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import type { Store } from '@x/agents/store'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { leftBehind } from '../processes.ts'
import { createSeededRandom, type SeededRandom } from '../seeded-random.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { startProgram, type Line } from '../stores/program.ts'
import { openPlace, placeIn, STORES, type StorePlace } from '../stores/store-place.ts'
import { planAgent } from './agent-script.ts'
import { judge } from './judge.ts'
import {
  CALLS,
  INBOX,
  OWNER,
  type Call,
  type Death,
  type OrchestratorErrand,
  type Sent,
} from './orchestrator-errand.ts'

const ORCHESTRATOR = fileURLToPath(new URL('orchestrator.ts', import.meta.url))
const KEYWORDS = 1_000
/** Whoever is not killed must be done by then. */
const PATIENCE_MS = 120_000
const GONE_MS = 5_000
/** Losses of a run that are told one by one. */
const SHOWN = 10

export const keywordCrash: Drill = {
  name: 'keyword-crash',
  sentence:
    'Kills whoever drives an agent while that writes a thousand keywords and goes on: every effect is recorded once, every callback comes with one id, and no message reaches the agent twice, in both stores.',
  runs: 50,
  quickRuns: 2,
  run: killDrivers,
}

async function killDrivers(options: DrillOptions): Promise<Losses> {
  const { runs, seed, say, signal } = options
  const random = createSeededRandom(seed)
  const planned = planKills(random)
  const losses = { lost: 0, repeated: 0, orphans: 0 }
  await using server = runs > 1 ? await openMongoServer() : undefined
  for (const [n, kind] of STORES.entries()) {
    const rounds = Math.floor((runs + 1 - n) / STORES.length)
    if (rounds === 0) continue
    const directory = await makeStateDirectory()
    const place = placeIn(directory, kind, server?.url ?? '')
    await using store = await openPlace(place)
    for (let run = 1; run <= rounds; run += 1) {
      signal.throwIfAborted()
      const found = await oneRun({
        ...options,
        place,
        store,
        random,
        planned,
        directory,
        taskId: `run-${run}`,
      })
      const bad = [...found.lost, ...found.repeated, ...found.orphans]
      say(
        `${bad.length > 0 ? 'LOSS' : 'ok'}  ${kind} run ${run}: ${found.kills} kills, ended as ${found.ended}, ${found.again} callbacks came again`,
      )
      for (const text of bad.slice(0, SHOWN)) say(`      ${text}`)
      losses.lost += found.lost.length
      losses.repeated += found.repeated.length
      losses.orphans += found.orphans.length
    }
    if (losses.lost + losses.repeated + losses.orphans === 0 || options.sabotage)
      await removeStateDirectory(directory)
    else say(`kept: ${directory}`)
  }
  return losses
}

interface Run extends DrillOptions {
  readonly place: StorePlace
  readonly store: Store
  readonly random: SeededRandom
  readonly planned: Generator<Kill, never>
  readonly directory: string
  readonly taskId: string
}

async function oneRun({ place, store, random, planned, directory: root, taskId, sabotage, signal }: Run) {
  const directory = path.join(root, taskId)
  const { script, keywords } = planAgent(KEYWORDS)
  await mkdir(directory)
  await writeFile(path.join(directory, 'agent.sh'), script)
  const kills = random.between(2, 4)
  let ended = ''
  try {
    for (let start = 0; ended === ''; start += 1) {
      signal.throwIfAborted()
      const orchestrator = `${taskId}-${start}`
      const errand = { place, taskId, orchestrator, directory, sabotage }
      ended = await drive(errand, start < kills ? planned.next().value : undefined)
      await store.orchestrators.retire(orchestrator)
    }
  } finally {
    await endAgent(directory)
  }
  const key = { owner: OWNER, taskId }
  const newest = await store.journal.newest(key)
  const calls = await linesOf<Call>(directory, CALLS)
  const verdict = judge({
    planned: keywords,
    entries: newest ? await store.journal.read(newest) : [],
    calls,
    sent: await linesOf<Sent>(directory, INBOX),
    deliverables: await store.deliverables.list(key),
  })
  const lost = ended === 'done' ? verdict.lost : [...verdict.lost, `the session ended as ${ended}`]
  const again = calls.length - new Set(calls.map(({ id }) => id)).size
  return { ...verdict, lost, orphans: await leftBehind(directory, GONE_MS), kills, ended, again }
}

type Kill = { readonly afterMs: number } | { readonly death: Death }

/** At a random moment, or at one of the two at which nobody knows whether something has happened: each in its turn. */
function* planKills(random: SeededRandom): Generator<Kill, never> {
  for (;;) {
    yield { death: { where: 'callback', after: random.between(1, 25) } }
    yield { afterMs: random.between(0, 1_200) }
    yield { death: { where: 'send', after: random.between(1, 25) } }
    yield { afterMs: random.between(0, 1_200) }
  }
}

/** @returns how the session ended; nothing when its driver was killed before */
async function drive(errand: OrchestratorErrand, kill: Kill | undefined): Promise<string> {
  let ended = ''
  let isReady: () => void = () => undefined
  const ready = new Promise<void>((resolve) => (isReady = resolve))
  const given = kill && 'death' in kill ? { ...errand, death: kill.death } : errand
  const program = startProgram(ORCHESTRATOR, given, (line: Line) => {
    if ('ready' in line) isReady()
    if (typeof line['ended'] === 'string') ended = line['ended']
  })
  await Promise.race([ready, program.ended])
  const timer = new AbortController()
  const ms = kill && 'afterMs' in kill ? kill.afterMs : PATIENCE_MS
  const late = delay(ms, true, { signal: timer.signal }).catch(() => false)
  const wasLate = await Promise.race([late, program.ended.then(() => false)])
  timer.abort()
  await program.kill()
  if (ended !== '') return ended
  if (program.child.signalCode === 'SIGKILL' && kill) return wasLate && 'death' in kill ? 'hung' : ''
  return wasLate ? 'hung' : 'crashed'
}

/** One that is still there when the drill is given up. */
async function endAgent(directory: string): Promise<void> {
  await using host = await openLocalHost()
  const agent = await host.adopt(path.join(directory, 'process.json')).catch(() => undefined)
  await agent?.stop([{ signal: 'SIGKILL', waitMs: 5_000 }])
}

async function linesOf<T>(directory: string, name: string): Promise<readonly T[]> {
  const text = await readFile(path.join(directory, name), 'utf8').catch(() => '')
  return text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as T)
}
