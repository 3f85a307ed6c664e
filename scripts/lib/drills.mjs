import { existsSync } from 'node:fs'
import path from 'node:path'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'
import { say, step } from './progress.mjs'
import { ROOT } from './repository.mjs'

const LIMIT_MS = 10 * 60_000
/** What a drill's closing object counts against it. */
const LOSSES = ['lost', 'repeated', 'orphans', 'failed', 'leaked', 'signalled']

/** Runs every drill with a small N; each counts as one test by the JSON object that it ends with. */
export async function runDrills(pnpm, tally) {
  if (!existsSync(path.join(ROOT, 'tooling/drills/package.json'))) return
  let output = ''
  const onStdout = (chunk) => {
    output += chunk
    process.stderr.write(chunk)
  }
  const args = ['drill', '--all', '--quick']
  const env = childEnvironment([pnpm])
  const result = await step('drills', () =>
    run(path.join(pnpm, 'pnpm'), args, { cwd: ROOT, env, onStdout, limitMs: LIMIT_MS }),
  )
  const outcomes = output
    .split('\n')
    .map(parseOutcome)
    .filter((outcome) => outcome !== undefined)
  const before = tally.failures.length
  for (const outcome of outcomes) {
    if (LOSSES.some((name) => outcome[name] > 0))
      tally.fail(`drill ${outcome.drill}: ${JSON.stringify(outcome)}`)
    else tally.pass()
  }
  if (result.code !== 0 && tally.failures.length === before)
    tally.fail(`the drills ended with status ${result.code}${reason(result)}`)
  say(`x: drills that reported: ${outcomes.length}`)
}

function reason({ code, output }) {
  return code === 124 || code === 127 ? `: ${output}` : ''
}

/** A line is an outcome when it is a JSON object that names its drill. */
function parseOutcome(line) {
  if (!line.startsWith('{')) return undefined
  try {
    const value = JSON.parse(line)
    return typeof value.drill === 'string' ? value : undefined
  } catch {
    return undefined
  }
}
