import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { expect, test } from 'vitest'
import { explain } from '../../../../scripts/lib/failure.mjs'
import { Tally } from '../../../../scripts/lib/tally.mjs'

function withReports(reports: readonly object[], check: (directory: string) => void): void {
  const directory = mkdtempSync(path.join(tmpdir(), 'tally-'))
  try {
    reports.forEach((report, index) =>
      writeFileSync(path.join(directory, `${index}.json`), JSON.stringify(report)),
    )
    check(directory)
  } finally {
    rmSync(directory, { recursive: true })
  }
}

const task = (name: string, exitCode: number) => ({
  package: name,
  taskId: `${name}#test:unit`,
  execution: { exitCode },
})

test('sums reports and names failures', () => {
  const reports = [
    { runner: '@x/host', passed: 3, failures: [] },
    { runner: '@x/agents', passed: 2, failures: ['a > b'] },
  ]
  withReports(reports, (directory) => {
    const tally = new Tally()
    tally.pass()
    tally.addReports(directory, [task('@x/host', 0), task('@x/agents', 1)])
    expect(tally.summary()).toBe('6 passed, 1 failed')
    expect(tally.failures).toEqual(['@x/agents: a > b'])
  })
})

test('a runner that failed without saying so counts as a failure', () => {
  withReports([{ runner: '@x/host', passed: 3, failures: [] }], (directory) => {
    const tally = new Tally()
    tally.addReports(directory, [
      task('@x/host', 1),
      task('@x/codex', 137),
      { package: '@x/ui', taskId: 'x' },
    ])
    expect(tally.summary()).toBe('3 passed, 2 failed')
  })
})

test('tells the files that took longest, of all runners', () => {
  const reports = [
    { runner: '@x/host', passed: 1, failures: [], files: [{ name: 'test/a.ts', tookMs: 1_250 }] },
    { runner: '@x/codex', passed: 1, failures: [], files: [{ name: 'test/b.ts', tookMs: 61_000 }] },
    { runner: '@x/ui', passed: 1, failures: [] },
  ]
  withReports(reports, (directory) => {
    const tally = new Tally()
    tally.addReports(directory, [])
    expect(tally.slowest(1)).toEqual(['   61.0 s  @x/codex: test/b.ts'])
    expect(tally.slowest(9)).toEqual(['   61.0 s  @x/codex: test/b.ts', '    1.3 s  @x/host: test/a.ts'])
  })
})

test('no report directory is no report', () => {
  const tally = new Tally()
  tally.addReports('/nowhere', [])
  expect(tally.summary()).toBe('0 passed, 0 failed')
})

test.each([
  ['ENOSPC: no space left on device, write', 'disk is full'],
  ["EROFS: read-only file system, mkdir '.tools'", 'read-only'],
  ['npm error code EAI_AGAIN', 'registry cannot be reached'],
  ['ERR_PNPM_OUTDATED_LOCKFILE', 'does not match'],
  ["EACCES: permission denied, open 'x'", 'owner of the checkout'],
])('%s comes with its remedy', (text, remedy) => {
  expect(explain(text)).toContain(text)
  expect(explain(text)).toContain(remedy)
})

test('an unknown failure is told as it is', () => {
  expect(explain('odd')).toBe('odd')
})
