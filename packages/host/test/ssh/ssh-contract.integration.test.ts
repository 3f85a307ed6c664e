import { afterAll, beforeAll } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

let sshd: SshdFixture

beforeAll(async () => {
  sshd = await openSshd()
})
afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

describeHostContract('SshHost', () => openSshHost(sshd.target, sshd.options))
