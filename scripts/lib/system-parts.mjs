import { accessSync, constants, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
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

const OPENSSH = 'openssh-server openssh-client'

/**
 * True when an OpenSSH server is there for the tests over SSH. On Debian it is unpacked into the project's cache when it
 * is missing, with the libraries that it lacks: nothing is installed, and no service starts. For anyone else the command
 * that installs it is printed.
 */
export async function ensureOpenSsh() {
  const unpacked = path.join(cacheDirectory(), 'parts', 'openssh')
  const programs = ['usr/sbin/sshd']
  if (isThere(['sshd']) || isExecutable(path.join(unpacked, 'usr/sbin/sshd'))) return true
  const part = { title: 'an OpenSSH server', packages: OPENSSH, programs }
  if (isThere(['apt-get']) && (await unpackPackages(unpacked, part))) return true
  say(`x: no OpenSSH server here; this installs it: sudo apt-get install --no-install-recommends ${OPENSSH}`)
  return false
}

const BUSYBOX = 'busybox-static'

/**
 * True when a busybox is there for the tests of poor workers. On Debian it is unpacked as `ensureOpenSsh` does it. For
 * anyone else the command that installs it is printed.
 */
export async function ensureBusybox() {
  const unpacked = path.join(cacheDirectory(), 'parts', 'busybox')
  // The place differs between releases.
  const programs = ['bin/busybox', 'usr/bin/busybox']
  if (isThere(['busybox']) || programs.some((program) => isExecutable(path.join(unpacked, program))))
    return true
  const part = { title: 'a busybox', packages: BUSYBOX, programs }
  if (isThere(['apt-get']) && (await unpackPackages(unpacked, part))) return true
  say(`x: no busybox here; this installs it: sudo apt-get install --no-install-recommends ${BUSYBOX}`)
  return false
}

/** Without root and without installing anything. One of the programs must be there in the end. */
async function unpackPackages(target, { title, packages, programs }) {
  const making = `${target}.${process.pid}`
  mkdirSync(path.join(making, 'packages'), { recursive: true })
  const list = `apt-get -s -qq install --no-install-recommends ${packages} | sed -n 's/^Inst \\([^ ]*\\).*/\\1/p'`
  const fetch = `cd packages && names=$(${list}) && [ -n "$names" ] && apt-get -qq download $names`
  // The lists of a fresh machine may be empty or old, and only root may renew them.
  const renew = process.getuid?.() === 0 ? `apt-get -qq update && (${fetch})` : 'false'
  const command = `(${fetch}) || (${renew}) && for package in packages/*.deb; do dpkg -x "$package" . || exit 1; done`
  const env = childEnvironment([], { DEBIAN_FRONTEND: 'noninteractive' })
  const result = await step(`fetching ${title} for the tests`, () =>
    run('sh', ['-c', command], { cwd: making, env, quiet: true }),
  )
  const isDone = result.code === 0 && programs.some((program) => isExecutable(path.join(making, program)))
  if (isDone) {
    rmSync(path.join(making, 'packages'), { recursive: true })
    // Another run may have been faster.
    if (!existsSync(target)) renameSync(making, target)
  } else {
    say(lastLines(result.output, 10))
  }
  rmSync(making, { recursive: true, force: true })
  return isDone
}

/** As the tests' fixtures find it. */
export function cacheDirectory() {
  const base = process.env.XDG_CACHE_HOME ?? path.join(homedir(), '.cache')
  return process.env.X_CACHE_DIR ?? path.join(base, 'x')
}

/** True when one of the programs is on the PATH, or where systems put them. */
export function isThere(names) {
  const usual = ['/usr/bin', '/usr/local/bin', '/usr/sbin', '/usr/local/sbin']
  const directories = [...(process.env.PATH ?? '').split(path.delimiter), ...usual]
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
