import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runNode } from '../../src/run-node.ts'
import { ROOT } from '../../src/workspace.ts'

let root: string

beforeEach(() => {
  root = mkdtempSync(path.join(tmpdir(), 'lock-'))
  cpSync(path.join(ROOT, 'scripts'), path.join(root, 'scripts'), { recursive: true })
})

afterEach(() => {
  rmSync(root, { recursive: true })
})

/** Takes the lock of a checkout in `root`, and while it holds it, reads and writes a number that others change too. */
const COUNT_UP = `
  import { readFileSync, writeFileSync } from 'node:fs'
  import { setTimeout as wait } from 'node:timers/promises'
  import { withLock } from './scripts/lib/lock.mjs'
  await withLock(async () => {
    const before = Number(readFileSync('count', 'utf8'))
    await wait(20)
    writeFileSync('count', String(before + 1))
  })`

const holdAndDie = `
  import { withLock } from './scripts/lib/lock.mjs'
  await withLock(async () => process.kill(process.pid, 'SIGKILL'))`

test('one holder at a time, also after a holder that was killed', async () => {
  writeFileSync(path.join(root, 'count'), '0')
  const evaluate = (code: string) => runNode(['--input-type=module', '--eval', code], { cwd: root })
  await evaluate(holdAndDie)
  expect(existsSync(path.join(root, '.tools/bootstrap.lock'))).toBe(true)
  const results = await Promise.all(Array.from({ length: 4 }, () => evaluate(COUNT_UP)))
  expect(results.map((result) => result.exitCode)).toEqual([0, 0, 0, 0])
  expect(readFileSync(path.join(root, 'count'), 'utf8')).toBe('4')
  expect(readdirSync(path.join(root, '.tools'))).toEqual([])
})
