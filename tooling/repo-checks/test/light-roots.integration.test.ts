import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { runNode } from '../src/run-node.ts'
import { packagesIn, ROOT, type WorkspacePackage } from '../src/workspace.ts'

// What an importer pays for the root of a package: neither an SSH client nor a database driver. React pages cannot be
// imported outside a bundler with their styles, and @x/ui depends on nothing heavy, so it is checked like the rest.

const HEAVY =
  /(^|[/\\@+])(ssh2|mongodb|bson|@?photostructure[/+\\]sqlite|node:sqlite|better-sqlite3)([/\\@]|$)|\.node$/

// Reports every module that the import loads: ES modules through a resolve hook, CommonJS through its cache, built-ins
// and native addons through what the process itself knows.
const PROBE = `
import { register, createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { MessageChannel } from 'node:worker_threads'
import { readFileSync } from 'node:fs'
const hook = \`
  let port
  export const initialize = (data) => { port = data.port }
  export const resolve = async (specifier, context, next) => {
    const resolved = await next(specifier, context)
    port.postMessage(resolved.url)
    return resolved
  }\`
const seen = []
const { port1, port2 } = new MessageChannel()
port1.on('message', (url) => seen.push(url)).unref()
register('data:text/javascript,' + encodeURIComponent(hook), import.meta.url, { data: { port: port2 }, transferList: [port2] })
await import(pathToFileURL(process.argv[1]).href)
await new Promise((resolve) => setImmediate(resolve))
const common = Object.keys(createRequire(import.meta.url).cache)
const native = (process.moduleLoadList ?? []).filter((name) => name.includes('sqlite'))
let mapped = []
try {
  mapped = readFileSync('/proc/self/maps', 'utf8').split('\\n').map((line) => line.split(/\\s+/)[5] ?? '').filter((file) => file.endsWith('.node'))
} catch {}
console.log(JSON.stringify({ loaded: [...seen, ...common, ...native, ...mapped] }))
`

async function loadedBy(entry: string): Promise<string[]> {
  const result = await runNode(['--input-type=module', '--eval', PROBE, entry], { cwd: ROOT })
  expect(result).toMatchObject({ exitCode: 0 })
  return (JSON.parse(result.stdout) as { loaded: string[] }).loaded
}

function builtRoot({ directory }: WorkspacePackage): string {
  const file = path.join(ROOT, directory, 'dist/index.js')
  if (!existsSync(file)) throw new Error(`${directory} is not built; run \`pnpm build\` first`)
  return file
}

describe('importing a package root loads nothing heavy', () => {
  test.each(packagesIn('packages'))('$name', async (one) => {
    const root = builtRoot(one)
    const loaded = await loadedBy(root)
    expect(loaded.length).toBeGreaterThan(0)
    expect(loaded.filter((name) => HEAVY.test(name))).toEqual([])
  })
})

describe('the probe sees', () => {
  test.each([
    ['an ES module', `import 'ssh2'`],
    ['a lazy import', `await import('mongodb')`],
    [
      'a CommonJS module',
      `import { createRequire } from 'node:module'\ncreateRequire(import.meta.url)('ssh2')`,
    ],
  ])('%s', async (_kind, code) => {
    const directory = await mkdtemp(path.join(ROOT, 'tooling/repo-checks/node_modules/.probe-'))
    try {
      for (const name of ['ssh2', 'mongodb']) {
        await mkdir(path.join(directory, 'node_modules', name), { recursive: true })
        await writeFile(path.join(directory, 'node_modules', name, 'index.js'), '')
      }
      await writeFile(path.join(directory, 'entry.mjs'), `${code}\n`)
      const loaded = await loadedBy(path.join(directory, 'entry.mjs'))
      expect(loaded.filter((name) => HEAVY.test(name))).not.toEqual([])
    } finally {
      await rm(directory, { recursive: true })
    }
  })
})
