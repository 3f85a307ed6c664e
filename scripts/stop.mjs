import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import path from 'node:path'
import { bootstrap } from './bootstrap.mjs'
import { becomeDemo } from './lib/demo.mjs'
import { reportAndExit } from './lib/failure.mjs'
import { say } from './lib/progress.mjs'
import { DEMO } from './lib/repository.mjs'

const args = process.argv.slice(2)

if (args.length === 0 && !existsSync(DEMO) && !existsSync(stateDirectory())) {
  say('x: nothing is running')
} else {
  // A build that exists is good enough to stop what it started, even while the sources are broken. Without one an
  // instance may still run, and only the demo knows how to find it.
  if (!existsSync(DEMO)) await bootstrap('demo').catch(reportAndExit)
  await becomeDemo(['stop', ...args])
}

/** Where an instance would have left its records. */
function stateDirectory() {
  const { HOME, XDG_STATE_HOME, X_STATE_DIR } = process.env
  return X_STATE_DIR || path.join(XDG_STATE_HOME || path.join(HOME || homedir(), '.local/state'), 'x')
}
