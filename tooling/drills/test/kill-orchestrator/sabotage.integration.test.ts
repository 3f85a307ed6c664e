import { spawn } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { expect, test } from 'vitest'

const PACKAGE = path.join(import.meta.dirname, '../..')
/** Kills in the middle of turns, by the schedule of this seed. */
const SEED = '5'

test('the drill reports a loss when Codex dies with the server', { timeout: 180_000 }, async () => {
  const args = ['src/main.ts', 'kill-orchestrator', '--n', '2', '--seed', SEED, '--sabotage']
  const child = spawn(path.join(PACKAGE, 'node_modules/.bin/tsx'), args, {
    cwd: PACKAGE,
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let out = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (out += text))
  const [code] = (await once(child, 'close')) as [number]
  const [first, ...rest] = out.trim().split('\n')
  expect(first).toBe(`kill-orchestrator: seed ${SEED}`)
  const outcome = JSON.parse(rest.at(-1) ?? '') as { readonly lost: number }
  expect(outcome).toMatchObject({ drill: 'kill-orchestrator', runs: 2, orphans: 0, seed: Number(SEED) })
  expect(outcome.lost).toBeGreaterThan(0)
  expect(code).toBe(1)
})
