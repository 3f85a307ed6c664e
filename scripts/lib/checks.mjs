import { existsSync } from 'node:fs'
import path from 'node:path'
import { checkChangesets } from './changesets.mjs'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'
import { checkPacked } from './packed.mjs'
import { ROOT } from './repository.mjs'

/**
 * What can be said about the code without running it. Each check is one name and one command; each resolves with
 * `{ code, output }`.
 */
export function staticChecks(pnpm) {
  const env = childEnvironment([pnpm])
  const tool = (name, ...args) =>
    run(path.join(ROOT, 'node_modules/.bin', name), args, { cwd: ROOT, env, quiet: true })
  const turbo = (task, ...flags) =>
    tool(
      'turbo',
      'run',
      task,
      ...flags,
      '--concurrency=2',
      '--continue=always',
      '--output-logs=errors-only',
      '--log-order=grouped',
    )
  return [
    {
      name: 'format',
      run: () =>
        tool(
          'prettier',
          '--check',
          '--log-level=warn',
          '--cache',
          '--cache-location=node_modules/.cache/prettier',
          '.',
        ),
    },
    { name: 'types', run: () => turbo('typecheck') },
    { name: 'lint', run: () => turbo('lint') },
    { name: 'lint of the scripts', run: () => tool('eslint', 'scripts', '*.js') },
    { name: 'generated code', run: () => checkGenerated(pnpm, env) },
    { name: 'packed packages', run: () => checkPackages(turbo, pnpm, env) },
    { name: 'changesets', run: () => checkChangesets(ROOT) },
  ]
}

async function checkPackages(turbo, pnpm, env) {
  const built = await turbo('build', '--filter=./packages/*')
  if (built.code !== 0) return built
  return checkPacked(ROOT, { bin: path.join(ROOT, 'node_modules/.bin'), pnpm, env })
}

function checkGenerated(pnpm, env) {
  // The package compares with git what it generates; a tarball of the sources has nothing to compare with.
  if (!existsSync(path.join(ROOT, '.git'))) return { code: 0, output: 'not a git checkout: not compared' }
  return run(path.join(pnpm, 'pnpm'), ['run', 'check:generated'], { cwd: ROOT, env, quiet: true })
}
