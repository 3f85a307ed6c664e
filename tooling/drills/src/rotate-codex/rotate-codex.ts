import path from 'node:path'
import { createSeeds } from '@x/agents/seeds'
import { codexSeedManifest, listSessions, stopSession, type LoginMode } from '@x/codex'
import { codexBinary, openTokenEndpoint, type IssuedTokens } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { openResponsesServer } from '@x/responses'
import type { Drill, DrillOptions, Losses } from '../drill.ts'
import { LoginTally } from '../logins/login-tally.ts'
import { leftBehind } from '../processes.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'
import { openPlace, placeIn } from '../stores/store-place.ts'
import { CLAIMS } from './claims.ts'
import { CodexRotation } from './codex-rotation.ts'
import { CodexOrchestrator } from './orchestrators.ts'
import { MODES, planRotations, type PlannedRotation } from './plan.ts'

/** For processes that were ended to be gone. */
const GONE_MS = 10_000

export const rotateCodex: Drill = {
  name: 'rotate-codex',
  sentence:
    'Kills whoever drives real Codex sessions while they renew a stored login, four at once through the broker and one by itself: no token is used twice, no login is stranded, every session goes on, and what renews a brokered login is never where the sessions are.',
  runs: 50,
  quickRuns: 4,
  run: rotateLogins,
}

async function rotateLogins(options: DrillOptions): Promise<Losses> {
  const tally = new LoginTally()
  const planned = planRotations(options.runs, options.seed)
  for (const mode of MODES) {
    const runs = planned.filter((run) => run.mode === mode)
    if (runs.length === 0) continue
    const directory = await makeStateDirectory()
    try {
      await rotateMode(options, { mode, runs, directory }, tally)
    } finally {
      await removeStateDirectory(directory)
    }
  }
  options.say(tally.sentence)
  return tally.losses
}

async function rotateMode(
  { codex, sabotage, say, signal }: DrillOptions,
  {
    mode,
    runs,
    directory,
  }: { readonly mode: LoginMode; readonly runs: readonly PlannedRotation[]; readonly directory: string },
  tally: LoginTally,
): Promise<void> {
  const least = new Map<string, number>()
  await using endpoint = await openTokenEndpoint({ claims: CLAIMS })
  await using model = await openResponsesServer({ apiKey: (bearer) => isGood(bearer, least) })
  const place = placeIn(directory, 'sqlite', '')
  await using store = await openPlace(place)
  await using host = await openLocalHost()
  const stateDir = path.join(directory, 'worker')
  const expire = ({ family }: IssuedTokens): void => void least.set(family, endpoint.commitsOf(family) + 2)
  const errand = { place, tokenUrl: endpoint.url, modelUrl: model.url, stateDir, mode, sabotage }
  await using orchestrator = new CodexOrchestrator({
    ...errand,
    version: codex,
    binary: codexBinary(codex),
  })
  const seeds = createSeeds({ store, manifests: [codexSeedManifest] })
  const rotation = new CodexRotation({
    mode,
    directory,
    stateDir,
    host,
    store,
    seeds,
    endpoint,
    orchestrator,
    expire,
    say,
  })
  try {
    await tally.runAll(runs, (run) => rotation.run(run), signal)
    const problems = await rotation.close()
    for (const problem of problems) say(`LOSS  ${mode}, at its end: ${problem}`)
    await orchestrator.kill()
    const left = await leftBehind(stateDir, GONE_MS)
    for (const one of left) say(`LOSS  ${mode}: ${one} is left`)
    tally.addLeft({ lost: problems.length, orphans: left.length })
  } finally {
    await orchestrator.kill()
    await stopAll(host, stateDir)
  }
}

/** What Codex runs still, when it did not come to the end of the sessions. */
async function stopAll(host: Host, stateDir: string): Promise<void> {
  for (const { taskId } of await listSessions({ host, stateDir }))
    await stopSession(taskId, { host, stateDir })
}

/** The model answers to access tokens that were not called old. */
function isGood(bearer: string, least: ReadonlyMap<string, number>): boolean {
  const payload = Buffer.from(bearer.split('.')[1] ?? '', 'base64url').toString('utf8')
  const [family = '', commit] = /"jti":"([0-9a-f]+)-(\d+)"/.exec(payload)?.slice(1) ?? []
  return Number(commit) >= (least.get(family) ?? 0)
}
