import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import path from 'node:path'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'
import { lastLines } from './pnpm.mjs'
import { say, step } from './progress.mjs'
import { ROOT } from './repository.mjs'
import { cacheDirectory, isThere } from './system-parts.mjs'

const POM = path.join(ROOT, 'tooling/fixtures/src/mongo-server/pom.xml')
const INSTALL = 'apt-get install -y --no-install-recommends openjdk-17-jre-headless maven'

/**
 * True when the server that speaks MongoDB's protocol is there for the tests of the store. Its parts are fetched once
 * into the project's cache. As root on Debian what runs and fetches it is installed when it is missing; for anyone else
 * the command that does it is printed.
 */
export async function ensureMongoServer() {
  const target = path.join(cacheDirectory(), 'parts', 'mongo-java-server-1.47.0')
  const isFetched = existsSync(target)
  const needed = isFetched ? ['java'] : ['java', 'mvn']
  if (!(await ensurePrograms(needed))) return false
  return isFetched || fetchParts(target)
}

async function ensurePrograms(names) {
  const areThere = () => names.every((name) => isThere([name]))
  if (areThere()) return true
  if (isThere(['apt-get']) && process.getuid?.() === 0) {
    const env = childEnvironment([], { DEBIAN_FRONTEND: 'noninteractive' })
    const install = () => run('sh', ['-c', `apt-get update && ${INSTALL}`], { env, quiet: true })
    const result = await step('installing Java for the tests of the store', install)
    if (result.code === 0 && areThere()) return true
    say(lastLines(result.output, 10))
  }
  say(`x: no ${names.join(' or no ')} here for the MongoDB tests; this installs it: sudo ${INSTALL}`)
  return false
}

async function fetchParts(target) {
  const making = `${target}.${process.pid}`
  mkdirSync(making, { recursive: true })
  const args = ['-q', '-B', '-f', POM, 'dependency:copy-dependencies', `-DoutputDirectory=${making}`]
  const fetch = () => run('mvn', args, { env: childEnvironment(), quiet: true })
  const result = await step('fetching a MongoDB server for the tests', fetch)
  if (result.code === 0) {
    // Another run may have been faster.
    if (!existsSync(target)) renameSync(making, target)
  } else {
    say(lastLines(result.output, 10))
  }
  rmSync(making, { recursive: true, force: true })
  return result.code === 0
}
