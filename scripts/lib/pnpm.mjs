import { existsSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { run } from './child.mjs'
import { childEnvironment } from './environment.mjs'
import { StepFailure } from './failure.mjs'
import { step } from './progress.mjs'
import { pinnedPnpm, ROOT } from './repository.mjs'

const OWN = path.join(ROOT, '.tools/pnpm')

/**
 * The directory that holds a `pnpm` of exactly the pinned version: the person's own when it is that one, else one that
 * npm installs into the checkout. Corepack is not used: it fails where a registry signs nothing.
 * @throws StepFailure when npm cannot install it.
 */
export async function pnpmDirectory() {
  const version = pinnedPnpm()
  const bin = path.join(OWN, 'node_modules/.bin')
  if (versionOfPackage(path.join(OWN, 'node_modules/pnpm')) === version) return bin
  const onPath = await findOnPath(version)
  if (onPath !== undefined) return onPath
  await step(`installing pnpm ${version} into .tools`, () => installPnpm(version))
  return bin
}

async function findOnPath(version) {
  for (const directory of (process.env.PATH ?? '').split(path.delimiter)) {
    const file = path.join(directory, 'pnpm')
    if (!path.isAbsolute(directory) || !existsSync(file)) continue
    const real = realpathSync(file)
    if (real.includes('corepack')) return undefined
    const known = versionOfPackage(path.resolve(real, '../..'))
    // Only the first one on PATH counts; asked outside the checkout, where no pin makes it fetch another one.
    const found =
      known ?? (await run(file, ['--version'], { cwd: path.parse(ROOT).root, quiet: true })).output.trim()
    return found === version ? directory : undefined
  }
  return undefined
}

function versionOfPackage(directory) {
  try {
    const manifest = JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'))
    return manifest.name === 'pnpm' ? manifest.version : undefined
  } catch {
    return undefined
  }
}

async function installPnpm(version) {
  const temporary = `${OWN}.${process.pid}`
  try {
    mkdirSync(temporary, { recursive: true })
    // With a manifest here npm does not look for one further up, where it would find ours.
    writeFileSync(path.join(temporary, 'package.json'), '{"private":true}\n')
    // In its directory and without `--prefix`, which would make npm forget the machine's own npmrc, and with it the
    // registry or the certificates that are named there.
    const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--loglevel=error']
    const [command, first] = npmCommand()
    const env = childEnvironment()
    const result = await run(command, [...first, ...args, `pnpm@${version}`], {
      cwd: temporary,
      env,
      quiet: true,
    })
    if (result.code !== 0)
      throw new StepFailure(`npm could not install pnpm ${version}:\n${result.output.trim()}`)
    rmSync(OWN, { recursive: true, force: true })
    renameSync(temporary, OWN)
  } finally {
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** The npm that runs us, else the one beside this Node, else the one on PATH. */
function npmCommand() {
  const { npm_execpath: running = '' } = process.env
  const beside = path.resolve(process.execPath, '../../lib/node_modules/npm/bin/npm-cli.js')
  const script = [running, beside].find((file) => /npm-cli\.js$/.test(file) && existsSync(file))
  return script === undefined ? ['npm', []] : [process.execPath, [script]]
}

/**
 * Installs what the lockfile says, and nothing else.
 * @throws StepFailure with pnpm's last words and the remedy.
 */
export async function installPackages(pnpm) {
  const args = [
    'install',
    '--frozen-lockfile',
    '--config.confirmModulesPurge=false',
    '--reporter=append-only',
  ]
  const result = await run(path.join(pnpm, 'pnpm'), args, {
    cwd: ROOT,
    env: childEnvironment([pnpm]),
    quiet: true,
  })
  if (result.code !== 0) {
    throw new StepFailure(`pnpm could not install the packages:\n${lastLines(result.output)}`)
  }
}

/** The end of an output that fits on a screen. */
export function lastLines(output, count = 40) {
  return output.trimEnd().split('\n').slice(-count).join('\n')
}
