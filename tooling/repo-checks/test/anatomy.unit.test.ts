import { existsSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { packagesIn, readJson, readText, ROOT } from '../src/workspace.ts'

const FLOOR = '>=20.19'
const libraries = packagesIn('packages')
const everything = [...libraries, ...packagesIn('apps'), ...packagesIn('tooling')]

describe.each(libraries)('$name', ({ directory, manifest }) => {
  test('begins its README with the sentence that package.json has', () => {
    const lines = readText(`${directory}/README.md`).split('\n')
    const first = lines.find((line) => line.trim() !== '' && !line.startsWith('#'))
    expect(manifest.description).toMatch(/^[A-Z].*\.$/)
    expect(first).toMatch(new RegExp(`^${escape(manifest.description)}`))
  })

  test('says in its README what it owns and what goes wrong', () => {
    expect(readText(`${directory}/README.md`)).toMatch(/owns[^]*errors/i)
  })

  test('ships its build and its README, as an ES module, for the supported Node', () => {
    expect(manifest).toMatchObject({ type: 'module', license: 'UNLICENSED', engines: { node: FLOOR } })
    expect(manifest.files).toEqual(['dist', 'README.md'])
    expect(manifest.private).toBeUndefined()
  })

  test('can be built, checked and tested by the same names', () => {
    expect(Object.keys(manifest.scripts ?? {})).toEqual(
      expect.arrayContaining(['build', 'typecheck', 'lint', 'test:unit', 'test:integration']),
    )
  })
})

describe('the workspace', () => {
  test('names every package @x/<its folder>', () => {
    for (const { directory, name } of everything) expect(name).toBe(`@x/${path.basename(directory)}`)
  })

  test('has a sentence for every package', () => {
    for (const { name, manifest } of everything) expect(manifest.description, name).toMatch(/^[A-Z].*\.$/)
  })

  test('lints and type-checks every package that has code', () => {
    const withCode = everything.filter(({ directory }) =>
      existsSync(path.join(ROOT, directory, 'tsconfig.json')),
    )
    for (const { name, manifest } of withCode)
      expect(Object.keys(manifest.scripts ?? {}), name).toContain('lint')
    for (const { name, manifest } of withCode)
      expect(Object.keys(manifest.scripts ?? {}), name).toContain('typecheck')
  })

  test('takes versions from the catalog or the workspace', () => {
    for (const { name, manifest } of everything) {
      for (const group of [manifest.dependencies, manifest.devDependencies]) {
        for (const [dependency, range] of Object.entries(group ?? {})) {
          expect(range, `${name}: ${dependency}`).toMatch(/^(catalog:|workspace:\*)$/)
        }
      }
    }
  })

  test('releases the libraries together and nothing else', () => {
    const config = readJson('.changeset/config.json') as { fixed: string[][]; ignore: string[] }
    expect(config.fixed.map((group) => [...group].sort())).toEqual([libraries.map(({ name }) => name).sort()])
    const rest = everything.filter((one) => !libraries.includes(one)).map(({ name }) => name)
    expect([...config.ignore].sort()).toEqual(rest.sort())
  })

  test('asks for the same Node everywhere', () => {
    const manifest = readJson('package.json') as { engines: { node: string }; packageManager: string }
    expect(manifest.engines.node).toBe(FLOOR)
    expect(readText('scripts/check-node.cjs')).toContain('[20, 19]')
    expect(manifest.packageManager).toMatch(/^pnpm@\d+\.\d+\.\d+$/)
  })
})

function escape(text = ''): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
