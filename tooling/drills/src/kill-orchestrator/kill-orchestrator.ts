import { setTimeout as delay } from 'node:timers/promises'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { killFound } from '../processes.ts'
import type { Differences } from '../transcript/compare-transcripts.ts'
import { judgeRun } from './judge.ts'
import { Person } from './person.ts'
import { KINDS, planRuns, type PlannedRun } from './plan.ts'
import { Stage } from './stage.ts'

const TURN_MS = 45_000
/** The follow-up leaves a while after the first message was answered; one that was refused has none. */
const FOLLOW_UP_MS = 10_000

export const killOrchestrator: Drill = {
  name: 'kill-orchestrator',
  sentence:
    'Kills the server in the middle of turns, questions, commands and interrupts, starts it again, and compares the page with what Codex recorded.',
  runs: 20,
  quickRuns: KINDS.length,
  run: killOrchestrators,
}

async function killOrchestrators(options: DrillOptions): Promise<Losses> {
  const { runs, seed, codex, say, signal } = options
  const stage = await Stage.open({ codex, signal })
  let lost = 0
  let repeated = 0
  let orphans
  try {
    for (const run of planRuns(runs, seed)) {
      signal.throwIfAborted()
      const startedAt = performance.now()
      const found = await playRun(stage, run, options)
      const seconds = ((performance.now() - startedAt) / 1000).toFixed(1)
      const bad = found.lost.length + found.repeated.length > 0
      say(`${bad ? 'LOSS' : 'ok'}  ${describe(run)} (${seconds} s)`)
      for (const text of found.lost) say(`      lost: ${text}`)
      for (const text of found.repeated) say(`      repeated: ${text}`)
      if (bad && stage.complaints !== '') say(`      the server said: ${stage.complaints}`)
      lost += found.lost.length
      repeated += found.repeated.length
      // What is wrong once would be counted again in every later run of this session.
      if (bad) stage.giveUpSession()
    }
  } finally {
    const leftovers = await stage.clear(() => lost + repeated > 0)
    orphans = leftovers.length
    for (const text of leftovers) say(`      left behind: ${text}`)
    if (lost + repeated + orphans > 0) say(`its files are kept in ${stage.stateDir}`)
  }
  return { lost, repeated, orphans }
}

function describe({ n, kind, kill, secondKillMs, newSession, retries }: PlannedRun): string {
  const again = secondKillMs === undefined ? '' : `, again ${secondKillMs} ms after the start`
  const marks = `${newSession ? ', new session' : ''}${retries ? ', sends again' : ''}`
  return `run ${n}: ${kind}, killed ${kill.afterMs} ms after the ${kill.from}${again}${marks}`
}

async function playRun(stage: Stage, run: PlannedRun, options: DrillOptions): Promise<Differences> {
  const { say, signal } = options
  const ending = new AbortController()
  try {
    await stage.ensureServer()
    const { sessionId, viewer } = await stage.session(run.newSession)
    const turnsBefore = new Set(viewer.state?.turns.map((turn) => turn.id))
    const person = new Person({ page: stage.page, viewer, sessionId, run, say, signal: ending.signal })
    person.begin()
    const late = delay(FOLLOW_UP_MS, undefined, { ref: false })
    await (run.kill.from === 'message' ? person.messageLeft : Promise.race([person.followUpLeft, late]))
    await delay(run.kill.afterMs)
    await stage.server.kill()
    if (options.sabotage) await killCodex(stage, sessionId)
    await stage.replaceServer(run.secondKillMs)
    await stage.page.untilReady(sessionId, signal)
    await viewer.connect()
    await person.goOn()
    const ended = await viewer.until((state) => person.isDone(state), { timeoutMs: TURN_MS, signal })
    signal.throwIfAborted()
    const found = await judgeRun(stage, sessionId, viewer, person, turnsBefore)
    return ended ? found : { ...found, lost: ['the turn did not end', ...found.lost] }
  } catch (error) {
    signal.throwIfAborted()
    return {
      lost: [`the run could not go on: ${error instanceof Error ? error.message : String(error)}`],
      repeated: [],
    }
  } finally {
    ending.abort()
  }
}

/** As if Codex were a child that dies with its parent. */
async function killCodex(stage: Stage, sessionId: string): Promise<void> {
  const recorded = await stage.codexProcess(sessionId)
  if (recorded) killFound({ pid: recorded.pid, start: recorded.startTime })
}
