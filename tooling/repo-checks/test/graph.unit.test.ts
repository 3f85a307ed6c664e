import { LAYERS } from '@x/lint/layers'
import { describe, expect, test } from 'vitest'
import { packagesIn, type Manifest } from '../src/workspace.ts'

// The graph and the doors of every package, written by hand. A change here is a change of the architecture or of a
// public surface: make it on purpose, with a changeset.

const DEPENDENCIES: Record<string, readonly string[]> = {
  '@x/agents': ['@x/host'],
  '@x/codex': ['@x/agents', '@x/codex-appserver', '@x/host'],
  '@x/codex-appserver': [],
  '@x/host': [],
  '@x/responses': [],
  '@x/runner': ['@x/agents'],
  '@x/ui': ['@x/agents'],
}

const ENTRIES: Record<string, Record<string, string>> = {
  '@x/agents': {
    '.': './src/index.ts',
    './broker': './src/broker/index.ts',
    './conversation': './src/conversation/index.ts',
    './mongo': './src/mongo/index.ts',
    './seeds': './src/seeds/index.ts',
    './snapshots': './src/snapshots/index.ts',
    './sqlite': './src/sqlite/index.ts',
    './store': './src/store/index.ts',
    './terminal': './src/terminal/index.ts',
    './testing': './src/testing/index.ts',
  },
  '@x/codex': { '.': './src/index.ts', './testing': './src/testing/index.ts' },
  '@x/codex-appserver': { '.': './src/index.ts', './testing': './src/testing/index.ts' },
  '@x/host': { '.': './src/index.ts', './ssh': './src/ssh/index.ts', './testing': './src/testing/index.ts' },
  '@x/responses': { '.': './src/index.ts' },
  '@x/runner': { '.': './src/index.ts', './http': './src/http/index.ts' },
  '@x/ui': {
    '.': './src/index.ts',
    './styles.css': './src/styles.css',
    './terminal': './src/terminal/index.ts',
    './terminal.css': './src/terminal/terminal.css',
  },
}

describe('the graph', () => {
  test('has these packages and these arrows', () => {
    const actual = Object.fromEntries(
      packagesIn('packages').map(({ name, manifest }) => [name, workspaceNames(manifest.dependencies)]),
    )
    expect(actual).toEqual(DEPENDENCIES)
  })

  test('is within what the lint allows', () => {
    for (const [name, dependencies] of Object.entries(DEPENDENCIES)) {
      const allowed = (LAYERS as Record<string, readonly string[]>)[name] ?? []
      for (const dependency of dependencies) {
        expect(allowed.some((entry) => entry === dependency || entry.startsWith(`${dependency}/`))).toBe(true)
      }
    }
  })

  test('has no circle', () => {
    const reach = (name: string): string[] =>
      (DEPENDENCIES[name] ?? []).flatMap((next) => [next, ...reach(next)])
    for (const name of Object.keys(DEPENDENCIES)) expect(reach(name)).not.toContain(name)
  })

  test('test helpers point no arrow upwards', () => {
    const helpers = [
      '@x/fixtures',
      '@x/lint',
      '@x/responses',
      '@x/transcripts',
      '@x/tsconfig',
      '@x/tsup',
      '@x/vitest',
    ]
    for (const { name, manifest } of packagesIn('packages')) {
      const allowed = [...helpers, ...(DEPENDENCIES[name] ?? []), ...below(name)]
      for (const dependency of workspaceNames(manifest.devDependencies)) expect(allowed).toContain(dependency)
    }
  })
})

describe('the export maps', () => {
  test('have these entries', () => {
    const actual = Object.fromEntries(
      packagesIn('packages').map(({ name, manifest }) => [name, sources(manifest)]),
    )
    expect(actual).toEqual(ENTRIES)
  })

  test.each(packagesIn('packages'))(
    'of $name point at the build and at the sources alike',
    ({ manifest }) => {
      for (const [entry, target] of Object.entries(manifest.exports ?? {})) {
        if (entry === './package.json') {
          expect(target).toBe('./package.json')
        } else if (entry.endsWith('.css')) {
          expect(JSON.stringify(target)).toContain('./dist/')
        } else {
          const built = entry === '.' ? 'index' : entry.slice(2)
          expect(target).toEqual({
            '@x/source': expect.stringMatching(/^\.\/src\/.+\.tsx?$/),
            types: `./dist/${built}.d.ts`,
            import: `./dist/${built}.js`,
          })
          expect(Object.keys(target)[0]).toBe('@x/source')
        }
      }
    },
  )
})

function workspaceNames(dependencies: Manifest['dependencies'] = {}): string[] {
  return Object.keys(dependencies)
    .filter((name) => name.startsWith('@x/'))
    .sort()
}

function below(name: string): string[] {
  return (DEPENDENCIES[name] ?? []).flatMap((next) => [next, ...below(next)])
}

function sources(manifest: Manifest): Record<string, string> {
  const entries = Object.entries(manifest.exports ?? {}).filter(([entry]) => entry !== './package.json')
  return Object.fromEntries(
    entries.map(([entry, target]) => [
      entry,
      typeof target === 'string' ? target : (target['@x/source'] ?? ''),
    ]),
  )
}
