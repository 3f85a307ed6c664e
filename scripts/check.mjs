import path from 'node:path'
import { run } from './lib/child.mjs'
import { staticChecks } from './lib/checks.mjs'
import { childEnvironment } from './lib/environment.mjs'
import { reportAndExit } from './lib/failure.mjs'
import { pnpmDirectory } from './lib/pnpm.mjs'
import { say, step } from './lib/progress.mjs'
import { ROOT } from './lib/repository.mjs'

/** `pnpm check`: every static check and the tests of the repository's own rules, all of them even when one fails. */
async function check() {
  const pnpm = await pnpmDirectory()
  const failed = []
  for (const { name, run: runCheck } of [...staticChecks(pnpm), repositoryRules(pnpm)]) {
    const result = await step(name, runCheck)
    if (result.code === 0) continue
    failed.push(name)
    say(result.output.trimEnd())
  }
  say(failed.length === 0 ? 'x: all checks passed' : `x: failed: ${failed.join(', ')}`)
  process.exitCode = failed.length === 0 ? 0 : 1
}

function repositoryRules(pnpm) {
  const cwd = path.join(ROOT, 'tooling/repo-checks')
  const args = ['run', '--project', 'unit']
  return {
    name: 'rules of the repository',
    run: () =>
      run(path.join(cwd, 'node_modules/.bin/vitest'), args, {
        cwd,
        env: childEnvironment([pnpm]),
        quiet: true,
      }),
  }
}

await check().catch(reportAndExit)
