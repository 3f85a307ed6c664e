import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'

/** The checkout under test. */
export const ROOT = fileURLToPath(new URL('../../..', import.meta.url)).replace(/\/$/, '')

/** What of a package.json the checks look at. */
export interface Manifest {
  readonly name: string
  readonly description?: string
  readonly private?: boolean
  readonly type?: string
  readonly license?: string
  readonly files?: readonly string[]
  readonly engines?: Readonly<Record<string, string>>
  readonly scripts?: Readonly<Record<string, string>>
  readonly exports?: Readonly<Record<string, string | Readonly<Record<string, string>>>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly devDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies?: Readonly<Record<string, string>>
}

/** One package of the workspace; `directory` is relative to the root, such as `packages/host`. */
export interface WorkspacePackage {
  readonly directory: string
  readonly name: string
  readonly manifest: Manifest
}

/** The packages of one room, sorted by directory. */
export function packagesIn(room: 'packages' | 'apps' | 'tooling'): WorkspacePackage[] {
  const names = readdirSync(path.join(ROOT, room)).sort()
  return names
    .map((name) => `${room}/${name}`)
    .filter((directory) => existsSync(path.join(ROOT, directory, 'package.json')))
    .map((directory) => {
      const manifest = readJson(`${directory}/package.json`) as Manifest
      return { directory, name: manifest.name, manifest }
    })
}

/** The text of a file, by its path from the root. */
export function readText(file: string): string {
  return readFileSync(path.join(ROOT, file), 'utf8')
}

/** A parsed JSON file, by its path from the root. */
export function readJson(file: string): unknown {
  return JSON.parse(readText(file))
}

const NOT_OURS = new Set(['node_modules', 'dist', '.git', '.turbo', '.tools', 'test-results', 'coverage'])

/** Every file that belongs to the repository, by its path from the root; what is built or installed is left out. */
export function repositoryFiles(below = ''): string[] {
  return readdirSync(path.join(ROOT, below), { withFileTypes: true }).flatMap((entry) => {
    const file = below === '' ? entry.name : `${below}/${entry.name}`
    if (NOT_OURS.has(entry.name)) return []
    return entry.isDirectory() ? repositoryFiles(file) : [file]
  })
}
