import { afterAll } from 'vitest'
import { openSshd } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

const sshd = await openSshd({ tools: 'busybox' })

afterAll(async () => {
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

describeHostContract('SshHost, to a worker of busybox', () => openSshHost(sshd.target, sshd.options), {
  // Where our scripts and the worker's tools have most to do with each other.
  only: ['secret-env', 'write-stream', 'watch', 'within', 'copy', 'detached', 'tail', 'archive'],
  // As the package's README says: holes become zeros, and times are of seconds and of files only.
  cannot: ['exact-archive'],
  perl: sshd.perl,
  lacks: { within: { message: /the worker lacks GNU dd, install coreutils there/ } },
})
