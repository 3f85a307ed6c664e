import { existsSync, mkdirSync, realpathSync } from 'node:fs'
import { userInfo } from 'node:os'
import path from 'node:path'
import { ROOT } from './repository.mjs'

/** What `npm run` sets about itself; to another package manager these are wrong answers to its own questions. */
const ABOUT_NPM =
  /^npm_(package|lifecycle|command|node_execpath|execpath)|^npm_config_(global_prefix|init_module|local_prefix|loglevel|node_gyp|noproxy|npm_version|prefix|user_agent)$/

/** By default a package manager without network tries for over a minute before it says so. */
const QUICK_RETRIES = {
  npm_config_fetch_retries: '2',
  npm_config_fetch_retry_mintimeout: '1000',
  npm_config_fetch_retry_maxtimeout: '4000',
}

/**
 * The environment for our children: `first` in front of PATH, the same Node as this one, no traces of `npm run`, and a
 * HOME, without which package managers do not run.
 */
export function childEnvironment(first = [], extra = {}) {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !ABOUT_NPM.test(name)))
  const inherited = env.PATH || '/usr/local/bin:/usr/bin:/bin'
  return {
    ...QUICK_RETRIES,
    ...env,
    HOME: env.HOME || homeOfUser(),
    PATH: [...first, ...nodeDirectory(inherited), inherited].join(path.delimiter),
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
    npm_config_update_notifier: 'false',
    ...extra,
  }
}

/** The directory of this Node, unless PATH leads to it anyway: the tools say `env node`. */
function nodeDirectory(searched) {
  const name = path.basename(process.execPath)
  const found = searched.split(path.delimiter).find((directory) => existsSync(path.join(directory, name)))
  const same = found !== undefined && realpathSync(path.join(found, name)) === realpathSync(process.execPath)
  return same ? [] : [path.dirname(process.execPath)]
}

function homeOfUser() {
  try {
    return userInfo().homedir
  } catch {
    // A user id without an entry in the password file, as in some containers.
    const home = path.join(ROOT, '.tools/home')
    mkdirSync(home, { recursive: true })
    return home
  }
}
