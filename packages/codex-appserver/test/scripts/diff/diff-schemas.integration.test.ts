import { spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { codexBinary, privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { DUMP_FILE, DUMPS, SCHEMA_DIRECTORY } from '../../../scripts/read-dump.ts'

const PACKAGE = path.join(SCHEMA_DIRECTORY, '..')

function diff(
  cwd: string,
  ...args: readonly string[]
): { status: number | null; stdout: string; stderr: string } {
  const script = path.join(PACKAGE, 'scripts/diff-schemas.ts')
  return spawnSync(path.join(PACKAGE, 'node_modules/.bin/tsx'), [script, ...args], {
    cwd: PACKAGE,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], INIT_CWD: cwd },
  })
}

test('a binary is what was committed of it, and a planted removal is found by its exit status', async () => {
  await using scratch = await privateDirectory()
  expect(diff(scratch.path, codexBinary('0.169.0'), '0.169.0')).toMatchObject({ status: 0, stderr: '' })

  mkdirSync(path.join(scratch.path, 'planted'))
  for (const file of [DUMP_FILE, DUMPS.experimental.file]) {
    const dump = readFileSync(path.join(SCHEMA_DIRECTORY, '0.169.0', file), 'utf8')
    const planted = dump.replaceAll('"turn/interrupt"', '"turn/stop"')
    writeFileSync(path.join(scratch.path, 'planted', file), planted)
  }
  const { status, stdout } = diff(scratch.path, '0.169.0', 'planted', '--json')
  expect(status).toBe(1)
  expect(JSON.parse(stdout)).toMatchObject({
    before: '0.169.0',
    after: 'planted',
    changes: [
      { kind: 'method-removed', of: 'turn/interrupt', breaking: true },
      { kind: 'method-added', of: 'turn/stop', breaking: false },
    ],
  })
})

test('what cannot be compared has an exit status of its own', () => {
  expect(diff('/', '0.169.0')).toMatchObject({ status: 2 })
  expect(diff('/', '0.169.0', '9.9.9').stderr).toContain('9.9.9: no committed version, directory or binary')
})
