import type { AppServerClient } from '@x/codex-appserver'
import type { Host } from '@x/host'
import { describe, expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import { proveIsolation } from '../../src/posture/canary.ts'

const FACTS =
  'work-writable temp-writable login-hidden state-hidden home-protected account-protected tmp-protected network-closed beside-protected'
const HOLDS = { exitCode: 0, stdout: FACTS.replaceAll(' ', '\n'), stderr: '' }
const TAKEN_AWAY = { exitCode: 1, stdout: '', stderr: "bwrap: Can't create file: Read-only file system" }

/** The race can't be brought about at will: the answers of Codex are played. */
async function prove(answers: readonly (typeof HOLDS)[]): Promise<number> {
  let asked = 0
  const client = { request: () => Promise.resolve(answers[asked++]) } as unknown as AppServerClient
  const host = { exec: () => Promise.resolve({ stdout: 'net:[1]' }) } as unknown as Host
  const paths = taskPaths('/state', 'one')
  const places = {
    paths,
    directory: paths.work,
    stateDir: '/state',
    installation: '/codex',
    accountHome: '/account',
  }
  await proveIsolation(host, client, places)
  return asked
}

describe('a sandbox that could not be set up', () => {
  test('is tried again', async () => {
    expect(await prove([TAKEN_AWAY, HOLDS])).toBe(2)
  })

  test('is refused when it never can', async () => {
    await expect(prove([TAKEN_AWAY, TAKEN_AWAY, TAKEN_AWAY])).rejects.toMatchObject({ code: 'posture' })
  })

  test('and one that was set up and leaks is refused at once', async () => {
    const leaks = { ...HOLDS, exitCode: 0, stdout: 'work-writable' }
    await expect(prove([leaks, HOLDS])).rejects.toThrow(/does not hold/)
  })
})
