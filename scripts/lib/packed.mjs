import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { run } from './child.mjs'

/** Two cores are what a small machine has. */
const AT_ONCE = 2

/** What a manifest may say in the workspace and nowhere else. */
const WORKSPACE_ONLY = /^(workspace|catalog|link|file):/

/**
 * Looks at the packages as an installer gets them: each is packed, and then its export map, its files and its types
 * are checked with publint and attw, and its dependencies with our own eyes. They must be built.
 * Resolves with `{ code, output }` like a command.
 */
export async function checkPacked(root, { bin, pnpm, env }) {
  const scratch = mkdtempSync(path.join(tmpdir(), 'packed-'))
  try {
    const directories = publishable(root)
    const packed = await inTurns(directories, (directory) => pack(directory, scratch, { pnpm, env }))
    const versions = new Map(packed.map(({ manifest }) => [manifest?.name, manifest?.version]))
    const found = await inTurns(packed, async (each) => {
      if (each.failure !== undefined) return [each.failure]
      return [...lookAtManifest(each, versions), ...(await askTools(each, bin, env))]
    })
    const output = found.flat().join('\n')
    return { code: output === '' ? 0 : 1, output }
  } finally {
    rmSync(scratch, { recursive: true, force: true })
  }
}

/** The directories of all packages that are not private. */
function publishable(root) {
  const packages = path.join(root, 'packages')
  return readdirSync(packages)
    .map((name) => path.join(packages, name))
    .filter((directory) => existsSync(path.join(directory, 'package.json')))
    .filter((directory) => readManifest(directory).private !== true)
}

function readManifest(directory) {
  return JSON.parse(readFileSync(path.join(directory, 'package.json'), 'utf8'))
}

async function pack(directory, scratch, { pnpm, env }) {
  const own = path.join(scratch, path.basename(directory))
  mkdirSync(own)
  const result = await run(path.join(pnpm, 'pnpm'), ['pack', '--pack-destination', own], {
    cwd: directory,
    env,
    quiet: true,
  })
  const name = readdirSync(own).find((file) => file.endsWith('.tgz'))
  if (result.code !== 0 || name === undefined) return { failure: `${directory}: ${result.output.trimEnd()}` }
  const tarball = path.join(own, name)
  const unpacked = await run('tar', ['-xzf', tarball, '-C', own], { env, quiet: true })
  if (unpacked.code !== 0) return { failure: `${tarball}: ${unpacked.output.trimEnd()}` }
  const files = path.join(own, 'package')
  return { tarball, files, manifest: readManifest(files) }
}

/** What neither tool says: dependencies that only the workspace can resolve, and entries that were not packed. */
function lookAtManifest({ files, manifest }, versions) {
  const { name, dependencies = {}, peerDependencies = {}, optionalDependencies = {} } = manifest
  const wanted = Object.entries({ ...dependencies, ...peerDependencies, ...optionalDependencies })
  return [
    ...wanted
      .filter(([, range]) => WORKSPACE_ONLY.test(range))
      .map(
        ([dependency, range]) => `${name}: depends on ${dependency} at ${range}, which is nothing outside`,
      ),
    ...wanted
      .filter(([dependency, range]) => versions.has(dependency) && versions.get(dependency) !== range)
      .map(
        ([dependency, range]) =>
          `${name}: depends on ${dependency} at ${range}, which is not what was packed`,
      ),
    ...wanted
      .filter(([dependency]) => dependency.startsWith('@x/') && !versions.has(dependency))
      .map(([dependency]) => `${name}: depends on ${dependency}, which is never published`),
    ...targetsOf(manifest.exports ?? {})
      .filter((target) => !existsSync(path.join(files, target)))
      .map((target) => `${name}: exports ${target}, which was not packed`),
  ]
}

/** Every file that the export map leads an installer to. `@x/source` is a condition of this repository. */
function targetsOf(exports) {
  if (typeof exports === 'string') return [exports]
  return Object.entries(exports).flatMap(([key, value]) => (key === '@x/source' ? [] : targetsOf(value)))
}

async function askTools({ tarball, manifest }, bin, env) {
  const ask = async (tool, ...args) => {
    const { code, output } = await run(path.join(bin, tool), args, { env, quiet: true })
    // attw finds nothing wrong with types that are not there.
    if (code === 0 && !output.includes('does not contain types')) return []
    return [`${manifest.name}: ${tool} says\n${output.trim()}`]
  }
  // A style sheet has no types to be wrong.
  const untyped = Object.keys(manifest.exports ?? {}).filter((entry) => entry.endsWith('.css'))
  return [
    ...(await ask('publint', 'run', tarball, '--strict')),
    ...(await ask(
      'attw',
      tarball,
      '--profile=esm-only',
      '--format=ascii',
      '--no-color',
      '--no-emoji',
      '--no-definitely-typed',
      ...(untyped.length === 0 ? [] : ['--exclude-entrypoints', ...untyped]),
    )),
  ]
}

async function inTurns(items, work) {
  const results = []
  let next = 0
  const worker = async () => {
    while (next < items.length) {
      const index = next
      next += 1
      results[index] = await work(items[index])
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return results
}
