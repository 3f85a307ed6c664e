import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { checkChangesets } from '../../../../scripts/lib/changesets.mjs'

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'changesets-'))
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

function write(file: string, text: string): void {
  mkdirSync(path.dirname(path.join(root, file)), { recursive: true })
  writeFileSync(path.join(root, file), text)
}

function git(...args: string[]): void {
  const who = ['-c', 'user.name=t', '-c', 'user.email=t@localhost', '-c', 'init.defaultBranch=main']
  execFileSync('git', [...who, '-C', root, ...args], { stdio: 'ignore' })
}

function commit(): void {
  git('add', '--all')
  git('commit', '--allow-empty', '--message', 'x')
}

function repository(): void {
  git('init')
  for (const name of ['host', 'agents']) {
    write(`packages/${name}/package.json`, `{ "name": "@x/${name}" }`)
    write(`packages/${name}/src/index.ts`, 'export {}\n')
  }
  commit()
}

test('before any release, every package with sources needs one', async () => {
  repository()
  const result = await checkChangesets(root)
  expect(result.code).toBe(1)
  expect(result.output).toContain('@x/agents, @x/host')
  write('.changeset/one.md', `---\n'@x/host': minor\n"@x/agents": patch\n---\n\nfeat: x\n`)
  expect((await checkChangesets(root)).code).toBe(0)
})

test('after a release, only what changed since needs one, committed or not', async () => {
  repository()
  git('tag', '@x/host@1.0.0')
  expect((await checkChangesets(root)).code).toBe(0)
  write('packages/agents/src/index.ts', 'export const one = 1\n')
  expect((await checkChangesets(root)).output).toContain('without a changeset: @x/agents.')
  commit()
  write('packages/host/src/fresh.ts', 'export const one = 1\n')
  expect((await checkChangesets(root)).output).toContain('without a changeset: @x/agents, @x/host.')
})

test('without tags, the last changelog is the last release', async () => {
  repository()
  write('packages/host/CHANGELOG.md', '# x\n')
  commit()
  expect((await checkChangesets(root)).code).toBe(0)
  write('packages/host/src/index.ts', 'export const one = 1\n')
  expect((await checkChangesets(root)).output).toContain('without a changeset: @x/host.')
})

test('tests, READMEs and manifests need none', async () => {
  repository()
  git('tag', '@x/host@1.0.0')
  write('packages/host/README.md', 'x\n')
  write('packages/host/test/one.unit.test.ts', 'export {}\n')
  write('packages/host/package.json', '{ "name": "@x/host", "version": "1.0.1" }')
  commit()
  expect((await checkChangesets(root)).code).toBe(0)
})

test('sources without git are not compared', async () => {
  expect(await checkChangesets(root)).toMatchObject({
    code: 0,
    output: expect.stringContaining('not a git checkout'),
  })
})
