import { existsSync } from 'node:fs'
import path from 'node:path'
import { run } from './lib/child.mjs'
import { childEnvironment } from './lib/environment.mjs'
import { BuildFailure } from './lib/failure.mjs'
import { withLock } from './lib/lock.mjs'
import { installPackages, lastLines, pnpmDirectory } from './lib/pnpm.mjs'
import { step } from './lib/progress.mjs'
import { ROOT } from './lib/repository.mjs'
import { buildStamp, installStamp, readStamp, writeStamp } from './lib/stamp.mjs'

const INSTALLED = 'node_modules/.x-install-stamp'

const EVERYTHING = 'node_modules/.x-build-stamp-everything'

/**
 * What each goal builds, as turbo filters and environment; the stamp that it leaves, and a stamp of another goal that
 * covers it too.
 */
const GOALS = {
  demo: {
    filters: ['--filter=@x/demo...'],
    // Without types: a first start is faster by more than half.
    extra: { X_BUILD: 'start' },
    stamp: 'node_modules/.x-build-stamp-demo',
    covering: EVERYTHING,
  },
  everything: { filters: [], extra: {}, stamp: EVERYTHING, covering: EVERYTHING },
}

/**
 * Makes a fresh clone ready: packages installed as the lockfile says, and `goal` built. Does nothing, and writes
 * nothing, when both are up to date, so a read-only checkout that was built runs.
 * @throws StepFailure naming the cause and the remedy; `BuildFailure` when only the last step failed.
 */
export async function bootstrap(goal) {
  if (isUpToDate(goal)) return
  await withLock(async () => {
    // Whoever held the lock may have done the work.
    if (isUpToDate(goal)) return
    const pnpm = await pnpmDirectory()
    if (readStamp(INSTALLED) !== installStamp()) {
      await step('installing packages', () => installPackages(pnpm))
      writeStamp(INSTALLED, installStamp())
    }
    const { filters, extra, stamp } = GOALS[goal]
    await step('building', () => build(pnpm, filters, extra))
    writeStamp(stamp, buildStamp())
  })
}

function isUpToDate(goal) {
  if (readStamp(INSTALLED) !== installStamp()) return false
  const { stamp, covering } = GOALS[goal]
  const built = buildStamp()
  return readStamp(stamp) === built || readStamp(covering) === built
}

async function build(pnpm, filters, extra) {
  const turbo = path.join(ROOT, 'node_modules/.bin/turbo')
  const args = [
    'run',
    'build',
    ...filters,
    '--concurrency=2',
    '--continue=dependencies-successful',
    '--output-logs=errors-only',
    '--log-order=grouped',
  ]
  const result = await run(turbo, args, { cwd: ROOT, env: childEnvironment([pnpm], extra), quiet: true })
  if (result.code !== 0) {
    const hint = existsSync(turbo)
      ? ''
      : '\nnode_modules is incomplete: delete it and run the same command again.'
    throw new BuildFailure(`the build failed:\n${lastLines(result.output)}${hint}`)
  }
}
