import { afterAll, describe } from 'vitest'
import { openSshd } from '@x/fixtures'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

const CONFIGS = {
  'forbids TCP and sockets': ['AllowTcpForwarding no', 'AllowStreamLocalForwarding no'],
  'forbids all forwarding': ['DisableForwarding yes'],
} as const

describe.each(Object.entries(CONFIGS))('a server that %s', async (name, config) => {
  const sshd = await openSshd({ config })
  afterAll(() => sshd[Symbol.asyncDispose]())

  describeHostContract(`SshHost, to a server that ${name}`, () => openSshHost(sshd.target, sshd.options), {
    only: ['connect', 'forward'],
    // Their file server is reached by a forward.
    cannot: ['download'],
    lacks: { forward: { message: /see AllowTcpForwarding in its sshd_config/ } },
  })
})
