import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { openContractScope, type ContractScope } from '../../src/testing/contract-scope.ts'

/** Says how many bytes came before the end of the input, which only half-close can tell. */
const COUNTER = `
  use Socket; $| = 1; my $path = shift; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;
  bind($s, pack_sockaddr_un($path)) or die; listen($s, 5) or die; print "listening\\n";
  while (accept(my $c, $s)) { my $n = 0; $n += length $got while sysread($c, $got, 65536); syswrite($c, "$n bytes\\n"); close $c }
`

/** Stands in for a program of the worker that knows the socket by itself. */
const PROXY = `
  use Socket; $| = 1; my $path = shift; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die; connect($s, pack_sockaddr_un($path)) or die;
  while (sysread(STDIN, my $got, 65536)) { while (length $got) { substr($got, 0, syswrite($s, $got), "") } }
  shutdown($s, 1); print "proxied "; while (sysread($s, my $got, 65536)) { print $got }
`

async function count(scope: ContractScope): Promise<string> {
  const stream = await scope.host.connect({ unix: scope.at('s.sock') })
  const said = text(stream)
  for (let n = 0; n < 48; n += 1) stream.write(Buffer.alloc(65_536, n))
  stream.end()
  const answer = await said
  if (!stream.closed) await once(stream, 'close')
  return answer
}

describe('where the server lets the connection through', () => {
  let sshd: SshdFixture
  beforeAll(async () => (sshd = await openSshd()))
  afterAll(() => sshd[Symbol.asyncDispose]())

  test('the end of our side is told, and the answer comes whole', async () => {
    await using scope = await openContractScope(() => openSshHost(sshd.target, sshd.options))
    const server = await scope.spawn(['perl', '-e', COUNTER, scope.at('s.sock')], { name: 'server' })
    await scope.said(scope.at('server.log'), 'listening')
    expect(await count(scope)).toBe('3145728 bytes\n')
    const stream = await scope.host.connect({ unix: scope.at('s.sock') })
    const said = text(stream)
    // Some are written while others wait: small ones together, large ones by themselves.
    for (let size = 0; size < 200; size += 1) stream.write(Buffer.alloc(size % 40 === 0 ? 100_000 : size))
    stream.end()
    expect(await said).toBe('519500 bytes\n')
    await server.stop()
  })
})

/** Begins to listen when the first command runs, which is after the first try to connect by the server itself. */
const LATE = `if [ -e ~/listen ]; then
  rm ~/listen
  perl -e '${COUNTER.replaceAll('\n', ' ')}' ~/s.sock >~/said 2>&1 &
  until grep -q listening ~/said 2>/dev/null; do sleep 0.02; done
fi
`

// Only as root has the account a start file.
test.runIf(process.getuid?.() === 0)(
  'who begins to listen between the two ways is reached by the server, not by a program for good',
  async () => {
    await using sshd = await openSshd({ bashrc: LATE })
    await using host = await openSshHost(sshd.target, sshd.options)
    await writeFile(path.join(sshd.home, 'listen'), '')
    const stream = await host.connect({ unix: `${sshd.home}/s.sock` })
    // The one that was faster goes.
    const gone = 'while grep -q "IO::Selec[t]" /proc/[0-9]*/cmdline; do sleep 0.02; done'
    expect(await host.exec(['timeout', '5', 'sh', '-c', gone])).toMatchObject({ exitCode: 0 })
    const said = text(stream)
    stream.end('four')
    expect(await said).toBe('4 bytes\n')
  },
)

describe('where the server forbids it, a program of the worker carries the stream', () => {
  let sshd: SshdFixture
  beforeAll(async () => (sshd = await openSshd({ forwarding: false })))
  afterAll(() => sshd[Symbol.asyncDispose]())

  test('by whatever is there, with half-close', async () => {
    await using scope = await openContractScope(() => openSshHost(sshd.target, sshd.options))
    const server = await scope.spawn(['perl', '-e', COUNTER, scope.at('s.sock')], { name: 'server' })
    await scope.said(scope.at('server.log'), 'listening')
    expect(await count(scope)).toBe('3145728 bytes\n')
    expect(await count(scope)).toBe('3145728 bytes\n')
    await server.stop()
    const failure = { name: 'HostError', code: 'connect-failed', cause: expect.any(Error) as unknown }
    for (const name of ['s.sock', 'missing', 'server.log'])
      await expect(scope.host.connect({ unix: scope.at(name) }), name).rejects.toMatchObject(failure)
  })
  test('by the program that the caller names', async () => {
    const relay = (unix: string) => ['perl', '-e', PROXY, unix] as const
    await using scope = await openContractScope(() => openSshHost(sshd.target, { ...sshd.options, relay }))
    const server = await scope.spawn(['perl', '-e', COUNTER, scope.at('s.sock')], { name: 'server' })
    await scope.said(scope.at('server.log'), 'listening')
    expect(await count(scope)).toBe('proxied 3145728 bytes\n')
    await server.stop()
  })
})
