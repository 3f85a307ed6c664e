import { readdirSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { runNode } from '../src/run-node.ts'
import { ROOT } from '../src/workspace.ts'

// A package with planted tests, run by a real vitest of its own; what counts is the report that it leaves.

const HERE = path.join(ROOT, 'tooling/repo-checks')
let directory: string

beforeAll(async () => {
  // Inside this package, so that imports resolve; node_modules is what nobody else looks at.
  directory = await mkdtemp(path.join(HERE, 'node_modules/.planted-'))
})

afterAll(async () => {
  await rm(directory, { recursive: true })
})

interface Report {
  readonly runner: string
  readonly passed: number
  readonly failed: number
  readonly failures: readonly string[]
}

async function report(
  name: string,
  files: Readonly<Record<string, string>>,
  config?: string,
): Promise<Report[]> {
  const place = path.join(directory, name)
  await mkdir(path.join(place, 'test'), { recursive: true })
  await writeFile(path.join(place, 'package.json'), '{ "type": "module" }')
  await writeFile(
    path.join(place, 'vitest.config.ts'),
    config ?? `import { vitestBase } from '@x/vitest'\nexport default vitestBase('@x/${name}')\n`,
  )
  for (const [file, code] of Object.entries(files)) {
    const head = `import { afterAll, describe, expect, test } from 'vitest'\n`
    await writeFile(path.join(place, 'test', file), `${head}${code}\n`)
  }
  const reports = path.join(place, 'reports')
  const vitest = path.join(HERE, 'node_modules/vitest/vitest.mjs')
  await runNode([vitest, 'run', '--root', place, '--passWithNoTests'], {
    cwd: place,
    env: { X_TEST_REPORTS: reports },
  })
  return readdirSync(reports).map(
    (file) => JSON.parse(readFileSync(path.join(reports, file), 'utf8')) as Report,
  )
}

describe('a test fails when what it runs prints', () => {
  test.each([
    ['console.log', `console.log('x')`],
    ['console.error', `console.error('x')`],
    ['console.warn', `console.warn('x')`],
    ['stdout', `process.stdout.write('x')`],
    ['stderr', `process.stderr.write(new Uint8Array([120]))`],
    ['a timer', `await new Promise((done) => setTimeout(() => done(console.info('x')), 1))`],
  ])('with %s', async (name, code) => {
    const [one] = await report(`prints-${name.replace(/\W/g, '-')}`, {
      'a.unit.test.ts': `test('prints', async () => {\n${code}\n})\ntest('is silent', () => {})`,
    })
    expect(one).toMatchObject({ passed: 1, failed: 1 })
    expect(one?.failures[0]).toContain('prints')
  })

  test('at import, before any test', async () => {
    const [one] = await report('prints-at-import', {
      'a.unit.test.ts': `console.log('x')\ntest('one', () => {})`,
    })
    expect(one).toMatchObject({ failed: 1 })
  })
})

describe('the counts are right', () => {
  test('over several projects and files', async () => {
    const [one, ...more] = await report('several', {
      'a.unit.test.ts': `test('1', () => {})\ntest('2', () => { expect(1).toBe(2) })`,
      'b.unit.test.ts': `test.each([1, 2, 3])('%i', () => {})`,
      'c.integration.test.ts': `test('1', () => {})`,
      'd.e2e.test.ts': `describe('d', () => { test('1', () => {}) })`,
      'e.other.test.ts': `test('runs nowhere', () => {})`,
    })
    expect(more).toEqual([])
    expect(one).toMatchObject({ runner: '@x/several', passed: 6, failed: 1 })
  })

  test.each([
    ['does-not-load', `import './missing.ts'\ntest('1', () => {})`],
    ['does-not-parse', `test('1', () => {`],
    ['fails-outside', `test('1', () => {})\nafterAll(() => { throw new Error('x') })`],
    ['unhandled', `test('1', () => { void Promise.reject(new Error('x')) })`],
    ['exits', `test('1', () => { process.kill(process.pid, 'SIGKILL') })`],
    ['empty', `export {}`],
  ])('of a file that %s', async (name, code) => {
    const [one] = await report(name, { 'a.unit.test.ts': code, 'b.unit.test.ts': `test('1', () => {})` })
    expect(one?.failed).toBeGreaterThanOrEqual(1)
    expect(one?.passed).toBeGreaterThanOrEqual(1)
  })

  test('of a runner that dies before its end', async () => {
    const config = `import { vitestBase } from '@x/vitest'
const base = vitestBase('@x/dies')
base.test.reporters.push({ onTestRunStart: () => process.kill(process.pid, 'SIGKILL') })
export default base
`
    const [one] = await report('dies', { 'a.unit.test.ts': `test('1', () => {})` }, config)
    expect(one).toMatchObject({
      runner: '@x/dies',
      passed: 0,
      failed: 1,
      failures: ['the run did not finish'],
    })
  })
})
