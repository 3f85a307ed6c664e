import { accessSync, constants, existsSync } from 'node:fs'
import path from 'node:path'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'
import { lastLines } from './pnpm.mjs'
import { say, step } from './progress.mjs'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']

const INSTALLERS = [
  ['apt-get', 'apt-get update && apt-get install -y --no-install-recommends chromium fonts-dejavu-core'],
  ['dnf', 'dnf install -y chromium dejavu-sans-fonts'],
  ['pacman', 'pacman -S --noconfirm chromium ttf-dejavu'],
  ['apk', 'apk add chromium ttf-dejavu'],
  ['brew', 'brew install --cask chromium'],
]

/**
 * True when a Chromium is there for the page tests. As root on Debian it is installed when it is missing; for anyone
 * else the command that does it is printed.
 */
export async function ensureChromium() {
  if (isThere(CHROMIUM)) return true
  const [installer, command] = INSTALLERS.find(([name]) => isThere([name])) ?? []
  if (installer === 'apt-get' && process.getuid?.() === 0) {
    const env = childEnvironment([], { DEBIAN_FRONTEND: 'noninteractive' })
    const result = await step('installing Chromium for the page tests', () =>
      run('sh', ['-c', command], { env, quiet: true }),
    )
    if (result.code === 0 && isThere(CHROMIUM)) return true
    say(lastLines(result.output, 10))
  }
  const prefix = installer === 'brew' ? '' : 'sudo '
  say(
    `x: Chromium is missing; this installs it: ${command ? `${prefix}sh -c '${command}'` : 'the package manager of this system'}`,
  )
  return false
}

function isThere(names) {
  const directories = [...(process.env.PATH ?? '').split(path.delimiter), '/usr/bin', '/usr/local/bin']
  return directories.some((directory) => names.some((name) => isExecutable(path.join(directory, name))))
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK)
    return existsSync(file)
  } catch {
    return false
  }
}
