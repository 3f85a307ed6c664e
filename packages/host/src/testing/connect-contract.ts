import { once } from 'node:events'
import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'
import type { ContractScope } from './contract-scope.ts'

/** Sends back what it gets, in capitals. Perl is where git is, so that the machine needs no Node. */
const SERVER = `
  use Socket; $| = 1; my $path = shift; socket(my $s, PF_UNIX, SOCK_STREAM, 0) or die;
  bind($s, pack_sockaddr_un($path)) or die "bind: $!"; listen($s, 5) or die; print "listening\\n";
  while (accept(my $c, $s)) { while (sysread($c, my $got, 65536)) { syswrite($c, uc $got) } close $c }
`

async function listen(scope: ContractScope): Promise<AsyncDisposable> {
  const server = await scope.spawn([scope.perl, '-e', SERVER, scope.at('s.sock')], { name: 'server' })
  await scope.said(scope.at('server.log'), 'listening')
  return {
    [Symbol.asyncDispose]: async () => {
      await server.stop()
    },
  }
}

/** What `Host.connect` promises. A `serverCase` needs something that listens, and so detached processes. */
export function connectContract(contractCase: ContractCase, serverCase: ContractCase): void {
  serverCase('a stream goes both ways', async (scope) => {
    await using _server = await listen(scope)
    const stream = await scope.host.connect({ unix: scope.at('s.sock') })
    stream.write('hello')
    expect(String((await once(stream, 'data'))[0])).toBe('HELLO')
    stream.destroy()
    await once(stream, 'close')
  })

  serverCase('where nobody listens it is connect-failed', async (scope) => {
    const { host, at } = scope
    await (await listen(scope))[Symbol.asyncDispose]()
    await host.files.write(at('file'), '')
    expect((await host.files.stat(at('s.sock')))?.type).toBe('socket')
    for (const unix of [at('s.sock'), at('file'), at('missing')]) {
      const failure = { name: 'HostError', code: 'connect-failed', cause: expect.any(Error) as unknown }
      await expect(host.connect({ unix }), unix).rejects.toMatchObject(failure)
    }
  })

  contractCase('a path that no socket can have is a TypeError', async ({ host, at }) => {
    for (const unix of ['relative.sock', '', at('a\0b'), at('x'.repeat(110)), at('é'.repeat(50))]) {
      await expect(host.connect({ unix })).rejects.toBeInstanceOf(TypeError)
    }
  })

  contractCase('a signal that has aborted rejects with its reason', async ({ host, at }) => {
    const reason = new Error('never mind')
    await expect(host.connect({ unix: at('s.sock') }, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    )
  })

  serverCase('an abort after the connection leaves the stream alone', async (scope) => {
    await using _server = await listen(scope)
    const stop = new AbortController()
    const stream = await scope.host.connect({ unix: scope.at('s.sock') }, { signal: stop.signal })
    stop.abort()
    stream.write('still')
    expect(String((await once(stream, 'data'))[0])).toBe('STILL')
    stream.destroy()
  })

  serverCase('closing the host ends its streams', async (scope) => {
    await using _server = await listen(scope)
    const other = await scope.open()
    const stream = await other.connect({ unix: scope.at('s.sock') })
    const closed = once(stream, 'close')
    await other.close()
    await closed
    expect(stream.destroyed).toBe(true)
    await expect(other.connect({ unix: scope.at('s.sock') })).rejects.toMatchObject({ code: 'closed' })
  })
}
