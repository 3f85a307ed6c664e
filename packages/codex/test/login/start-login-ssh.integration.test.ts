import { execFile } from 'node:child_process'
import path from 'node:path'
import { promisify } from 'node:util'
import { codexBinary, openSshd, processesOf, type SshdFixture } from '@x/fixtures'
import { openSshHost } from '@x/host/ssh'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openLoginStage, type LoginStage } from './login-stage.ts'

const run = promisify(execFile)
const VERSION = '0.169.0'

let sshd: SshdFixture
let stage: LoginStage
let binary: string

beforeAll(async () => {
  sshd = await openSshd()
  stage = await openLoginStage(VERSION)
  // What is on this machine the worker's account may not read.
  const there = path.join(sshd.directory, VERSION)
  await run('cp', ['-a', path.dirname(path.dirname(codexBinary(VERSION))), there])
  binary = path.join(there, 'bin/codex')
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
  await sshd[Symbol.asyncDispose]()
})

test('a login on a worker becomes a seed here; when the worker is left, Codex ends there', async () => {
  const { issuer } = stage
  const stateDir = `${sshd.home}/.local/state/x`
  await using watcher = await openSshHost(sshd.target, sshd.options)
  const left = async () => [
    ...(await watcher.files.list(`${stateDir}/logins`)),
    ...processesOf(`${stateDir}/logins`).map(({ command }) => command),
  ]
  await using host = await openSshHost(sshd.target, sshd.options)
  await using attempt = await stage.start({ host, stateDir, binary })
  issuer.approve(await issuer.nextCode(), { email: 'ada@example.com' })
  expect(await attempt.completed).toMatchObject({ account: { email: 'ada@example.com', plan: 'pro' } })
  expect(await left()).toEqual([])

  const second = await stage.start({ host, stateDir, binary })
  await issuer.nextCode()
  expect(await left()).not.toEqual([])
  await host.close()
  await expect(second.completed).rejects.toThrow()
  await expect.poll(left, { timeout: 20_000 }).toEqual([])
})
