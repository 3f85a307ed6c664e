import { existsSync, readdirSync, rmSync } from 'node:fs'
import path from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { staticChecks } from './lib/checks.mjs'
import { run } from './lib/child.mjs'
import { runDrills } from './lib/drills.mjs'
import { childEnvironment } from './lib/environment.mjs'
import { BuildFailure, explain, Interrupted, reportAndExit, StepFailure } from './lib/failure.mjs'
import { ensureMongoServer } from './lib/mongo-parts.mjs'
import { lastLines, pnpmDirectory } from './lib/pnpm.mjs'
import { say, step } from './lib/progress.mjs'
import { DEMO, ROOT } from './lib/repository.mjs'
import { packageDirectories } from './lib/stamp.mjs'
import { ensureBusybox, ensureChromium, ensureOpenSsh } from './lib/system-parts.mjs'
import { jsonFiles, Tally } from './lib/tally.mjs'

const CODEX_VERSIONS = ['0.142.5', '0.169.0']
const REPORTS = path.join(ROOT, 'test-results/reports')
const RUNS = path.join(ROOT, '.turbo/runs')
/** A stage that takes longer hangs, and is told by its name. */
const STAGE_LIMIT_MS = 30 * 60_000
const SLOWEST = 15
const tally = new Tally()

/** `npm test`: everything that decides whether this checkout is good, from a fresh clone to the closing count. */
async function testAll() {
  await bootstrap('everything').catch(countBuildFailure)
  const pnpm = await pnpmDirectory()
  const pages = await prepare()
  for (const { name, run: runCheck } of staticChecks(pnpm)) count(name, await step(name, runCheck))
  await runStage(pnpm, 'test:unit', 'unit tests', 2)
  await runStage(pnpm, 'test:integration', 'integration tests', 2)
  if (pages) await runStage(pnpm, 'test:e2e', 'page tests', 1)
  await runDrills(pnpm, tally)
}

/** Tests run from the sources, so most of them still have something to say. */
function countBuildFailure(error) {
  if (!(error instanceof BuildFailure)) throw error
  say(error.message)
  tally.fail('build')
}

/** Fetches what the tests run against: both versions of Codex, and a browser. True when the page tests can run. */
async function prepare() {
  const args = [DEMO, 'provision', ...CODEX_VERSIONS]
  const fetchCodex = () => run(process.execPath, args, { cwd: ROOT, env: childEnvironment(), quiet: true })
  const fetched = await step(`fetching Codex ${CODEX_VERSIONS.join(' and ')}`, fetchCodex)
  // Not counted when it works: it is a preparation, not a test.
  if (fetched.code !== 0) count('fetching Codex', fetched)
  // Without it the tests that need it fail by their names: nothing is left out.
  await ensureOpenSsh()
  await ensureBusybox()
  await ensureMongoServer()
  if (await ensureChromium()) return true
  const suites = filesThatEndWith('.e2e.test.ts', '.e2e.test.tsx')
  if (process.env.CI === 'true') tally.fail(...suites.map((suite) => `${suite}: Chromium is missing`))
  else say(`x: left out without Chromium:\n${suites.map((suite) => `  ${suite}`).join('\n')}`)
  return false
}

function count(name, result) {
  if (result.code === 0) tally.pass()
  else {
    tally.fail(name)
    say(explain(lastLines(result.output, 200)))
  }
}

async function runStage(pnpm, task, title, concurrency) {
  const reports = path.join(REPORTS, task.replace(':', '-'))
  rmSync(reports, { recursive: true, force: true })
  rmSync(RUNS, { recursive: true, force: true })
  const turbo = path.join(ROOT, 'node_modules/.bin/turbo')
  const args = [
    'run',
    task,
    `--concurrency=${concurrency}`,
    '--continue=always',
    '--summarize',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]
  const env = childEnvironment([pnpm], { X_TEST_REPORTS: reports })
  const before = tally.failures.length
  const passed = tally.passed
  const result = await step(title, () => run(turbo, args, { cwd: ROOT, env, limitMs: STAGE_LIMIT_MS }))
  tally.addReports(
    reports,
    jsonFiles(RUNS).flatMap((summary) => summary.tasks),
  )
  if (result.code !== 0 && tally.failures.length === before)
    tally.fail(`${title} ended with status ${result.code}`)
  say(`x: ${title}: ${tally.passed - passed} passed, ${tally.failures.length - before} failed`)
}

function filesThatEndWith(...endings) {
  return packageDirectories()
    .filter((directory) => existsSync(path.join(ROOT, directory, 'test')))
    .flatMap((directory) =>
      readdirSync(path.join(ROOT, directory, 'test'), { recursive: true }).map(
        (name) => `${directory}/test/${name}`,
      ),
    )
    .filter((file) => endings.some((ending) => file.endsWith(ending)))
}

try {
  await testAll()
} catch (error) {
  if (error instanceof Interrupted) reportAndExit(error)
  say(typeof error.code === 'string' || error instanceof StepFailure ? explain(error.message) : error.stack)
  tally.fail('the run could not go on')
}
for (const line of ['x: the slowest test files', ...tally.slowest(SLOWEST)]) say(line)
for (const failure of tally.failures) say(`failed: ${failure}`)
process.stdout.write(`${tally.summary()}\n`)
process.exitCode = tally.failures.length === 0 ? 0 : 1
