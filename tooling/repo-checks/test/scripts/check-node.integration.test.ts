import { expect, test } from 'vitest'
import { runNode } from '../../src/run-node.ts'
import { ROOT } from '../../src/workspace.ts'

const on = (version: string, script: string) =>
  `Object.defineProperty(process.versions, 'node', { value: '${version}' }); require('./scripts/${script}')`

test.each(['start.cjs', 'stop.cjs', 'test.cjs'])(
  '%s says in one sentence that Node is too old',
  async (script) => {
    for (const version of ['6.17.1', '18.20.8', '20.18.3']) {
      const result = await runNode(['--eval', on(version, script)], { cwd: ROOT })
      expect(result).toMatchObject({ exitCode: 1, stdout: '' })
      expect(result.stderr).toMatch(
        new RegExp(`^x needs Node\\.js 20\\.19 or newer, and this is ${version}; install .+\\.\n$`),
      )
    }
  },
)

test.each(['20.19.0', '22.0.0', '24.1.2'])('Node %s passes', async (version) => {
  const result = await runNode(['--eval', on(version, 'check-node.cjs')], { cwd: ROOT })
  expect(result).toEqual({ exitCode: 0, stdout: '', stderr: '' })
})
