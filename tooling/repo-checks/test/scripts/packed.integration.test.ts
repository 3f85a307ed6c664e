import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { childEnvironment } from '../../../../scripts/lib/environment.mjs'
import { checkPacked } from '../../../../scripts/lib/packed.mjs'
import { pnpmDirectory } from '../../../../scripts/lib/pnpm.mjs'
import { ROOT } from '../../../../scripts/lib/repository.mjs'

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'packed-test-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(file: string, content: unknown): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), typeof content === 'string' ? content : JSON.stringify(content))
}

function plant(name: string, manifest: object = {}): void {
  write(`packages/${name}/package.json`, {
    name: `@x/${name}`,
    version: '1.0.0',
    type: 'module',
    files: ['dist'],
    exports: {
      '.': {
        '@x/source': './src/index.ts',
        types: './dist/index.d.ts',
        import: './dist/index.js',
      },
    },
    ...manifest,
  })
  write(`packages/${name}/dist/index.js`, 'export const one = 1\n')
  write(`packages/${name}/dist/index.d.ts`, 'export declare const one: number\n')
}

async function check(): Promise<{ code: number | null; output: string }> {
  const pnpm = await pnpmDirectory()
  return checkPacked(root, { bin: path.join(ROOT, 'node_modules/.bin'), pnpm, env: childEnvironment([pnpm]) })
}

test('packages that resolve when installed are fine, and private ones are not looked at', async () => {
  plant('good')
  plant('hidden', { private: true, exports: './nowhere.js' })
  expect(await check()).toEqual({ code: 0, output: '' })
})

test('what only this repository can resolve is named', async () => {
  plant('one', { exports: { '.': { types: './dist/index.d.ts', import: './dist/gone.js' } } })
  plant('two', { dependencies: { '@x/secret': '1.0.0', '@x/one': '^0.1.0', ws: 'link:../ws' } })
  plant('three', { exports: { '.': './dist/index.js' } })
  rmSync(path.join(root, 'packages/three/dist/index.d.ts'))
  const { code, output } = await check()
  expect(code).toBe(1)
  expect(output).toContain('@x/one: exports ./dist/gone.js, which was not packed')
  expect(output).toContain('@x/one: publint says')
  expect(output).toContain('@x/two: depends on @x/secret, which is never published')
  expect(output).toContain('@x/two: depends on @x/one at ^0.1.0, which is not what was packed')
  expect(output).toContain('@x/two: depends on ws at link:../ws, which is nothing outside')
  expect(output).toContain('@x/three: attw says')
})
