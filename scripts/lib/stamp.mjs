import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { ROOT, pinnedPnpm } from './repository.mjs'

const ROOMS = ['packages', 'apps', 'tooling']

/** Directories of the workspace's packages, sorted, relative to the root. */
export function packageDirectories() {
  return ROOMS.flatMap((room) => namesIn(room).map((name) => `${room}/${name}`)).filter(
    (directory) => readIfThere(`${directory}/package.json`) !== undefined,
  )
}

/** Everything that decides what an install makes: lockfile, manifests, settings, Node and pnpm. */
export function installStamp() {
  const hash = createHash('sha256').update(`${process.version} ${process.arch} ${pinnedPnpm()}\n`)
  const manifests = packageDirectories().map((directory) => `${directory}/package.json`)
  for (const file of ['package.json', 'pnpm-lock.yaml', 'pnpm-workspace.yaml', ...manifests]) {
    hash.update(`${file}\n`).update(readIfThere(file) ?? '')
  }
  return hash.digest('hex')
}

/**
 * Everything that decides what a build makes, and what it made: names, sizes and times of all files but tests.
 * Cheaper than asking the build tool, which needs most of a second to say that nothing changed.
 */
export function buildStamp() {
  const hash = createHash('sha256').update(installStamp())
  for (const file of ['turbo.json', 'tooling/tsconfig', 'tooling/tsup']) addTree(hash, file)
  for (const directory of packageDirectories()) {
    if (!directory.startsWith('tooling/')) addTree(hash, directory)
  }
  return hash.digest('hex')
}

const LEFT_OUT = new Set([
  'node_modules',
  '.turbo',
  'test',
  'e2e',
  'coverage',
  'test-results',
  'README.md',
  'CHANGELOG.md',
])

function addTree(hash, relative) {
  const entry = statSync(path.join(ROOT, relative), { throwIfNoEntry: false })
  if (entry === undefined) return
  if (!entry.isDirectory()) {
    hash.update(`${relative} ${entry.size} ${entry.mtimeMs}\n`)
    return
  }
  for (const name of namesIn(relative)) if (!LEFT_OUT.has(name)) addTree(hash, `${relative}/${name}`)
}

/** The value of a stamp that was left by an earlier run; undefined when there is none. */
export function readStamp(file) {
  return readIfThere(file)?.trim()
}

/** Leaves a stamp, whole or not at all. */
export function writeStamp(file, value) {
  const target = path.join(ROOT, file)
  mkdirSync(path.dirname(target), { recursive: true })
  writeFileSync(`${target}.${process.pid}`, `${value}\n`)
  renameSync(`${target}.${process.pid}`, target)
}

function readIfThere(file) {
  try {
    return readFileSync(path.join(ROOT, file), 'utf8')
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw error
  }
}

function namesIn(directory) {
  try {
    return readdirSync(path.join(ROOT, directory)).sort()
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
    throw error
  }
}
