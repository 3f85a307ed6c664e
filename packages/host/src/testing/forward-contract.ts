import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { expect } from 'vitest'
import type { Host } from '../host.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'

/** On the worker: answers each connection in capitals, and says goodbye when the other side has said everything. */
const SERVER = `
  use Socket; $| = 1; socket(my $s, PF_INET, SOCK_STREAM, 0) or die;
  bind($s, pack_sockaddr_in(0, inet_aton('127.0.0.1'))) or die "bind: $!"; listen($s, 128) or die;
  my ($port) = unpack_sockaddr_in(getsockname($s)); print "port $port\\n";
  while (accept(my $c, $s)) {
    while (sysread($c, my $got, 65536)) { syswrite($c, uc $got) } syswrite($c, 'bye'); close $c
  }
`

async function onWorker(scope: ContractScope): Promise<{ port: number } & AsyncDisposable> {
  const server = await scope.spawn([scope.perl, '-e', SERVER], { name: 'server' })
  await scope.said(scope.at('server.log'), 'port ')
  const log = await scope.host.files.readText(scope.at('server.log'))
  return {
    port: Number(/port (\d+)/.exec(log)?.[1]),
    [Symbol.asyncDispose]: async () => {
      await server.stop()
    },
  }
}

/** On this machine: the same. */
async function onOurs(): Promise<{ server: Server; port: number } & AsyncDisposable> {
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    socket.on('error', () => undefined)
    socket.on('data', (data: Buffer) => socket.write(String(data).toUpperCase()))
    socket.on('end', () => socket.end('bye'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    server,
    port: (server.address() as AddressInfo).port,
    [Symbol.asyncDispose]: async () => {
      server.close()
      await once(server, 'close')
    },
  }
}

async function talk(port: number, text: string): Promise<string> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  socket.end(text)
  let heard = ''
  for await (const data of socket) heard += String(data)
  return heard
}

/** One connection from the worker, by a program there. */
function talkFromWorker({ exec, perl }: ContractScope, port: number, text: string): Promise<string> {
  const script = `
    use Socket; socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in($ARGV[0], inet_aton('127.0.0.1'))) or die "refused\\n";
    syswrite($s, $ARGV[1]); shutdown($s, 1); while (sysread($s, my $got, 65536)) { print $got }`
  return exec([perl, '-e', script, String(port), text], { timeoutMs: 20_000 }).then(
    ({ stdout, stderr }) => stdout + stderr,
  )
}

/** What `Host.forward`, and `Host.connect` to a port, promise. */
export function forwardContract(contractCase: ContractCase): void {
  contractCase(
    'a port of the worker is reached by a stream, and one where nobody listens is not',
    async (scope) => {
      await using server = await onWorker(scope)
      const stream = await scope.host.connect({ tcp: server.port })
      stream.end('hello')
      let heard = ''
      for await (const data of stream) heard += String(data)
      expect(heard).toBe('HELLObye')
      await server[Symbol.asyncDispose]()
      await expect(scope.host.connect({ tcp: server.port })).rejects.toMatchObject({ code: 'connect-failed' })
      await expect(scope.host.connect({ tcp: 0 })).rejects.toBeInstanceOf(TypeError)
    },
  )

  contractCase('programs here reach the worker, each on a connection of its own', async (scope) => {
    await using server = await onWorker(scope)
    await using forward = await scope.host.forward({ from: 'here', to: { port: server.port } })
    expect(forward.port).toBeGreaterThan(0)
    const words = Array.from({ length: 20 }, (_, n) => `word ${n}`)
    // One after the other: the server serves one at a time.
    for (const word of words) expect(await talk(forward.port, word)).toBe(`${word.toUpperCase()}bye`)
    const large = 'x'.repeat(3_000_000)
    expect((await talk(forward.port, large)).length).toBe(large.length + 3)
    expect(forward.connections).toBe(0)
    await forward.close()
    await forward.closed
    await expect(talk(forward.port, 'late')).rejects.toThrow(/ECONNREFUSED/)
  })

  contractCase('programs of the worker reach us', async (scope) => {
    await using ours = await onOurs()
    await using forward = await scope.host.forward({ from: 'worker', to: { port: ours.port } })
    expect(forward.port).toBeGreaterThan(0)
    const heard = await Promise.all(
      ['one', 'two', 'three', 'four'].map((word) => talkFromWorker(scope, forward.port, word)),
    )
    expect(heard).toEqual(['ONEbye', 'TWObye', 'THREEbye', 'FOURbye'])
    await forward.close()
    expect(await talkFromWorker(scope, forward.port, 'late')).toContain('refused')
  })

  contractCase('where nobody listens the connection is closed, and the forward stays', async (scope) => {
    const gone = await onOurs()
    await gone[Symbol.asyncDispose]()
    await using forward = await scope.host.forward({ from: 'worker', to: { port: gone.port } })
    expect(await talkFromWorker(scope, forward.port, 'anyone')).toBe('')
    expect(await talkFromWorker(scope, forward.port, 'anyone')).toBe('')
  })

  contractCase('a port that is taken is said so', async (scope) => {
    await using server = await onWorker(scope)
    const wanted = scope.host.forward({ from: 'worker', port: server.port, to: { port: 9 } })
    await expect(wanted).rejects.toMatchObject({ name: 'HostError', code: 'listen-failed' })
  })

  contractCase('closing the host, or the signal, closes it', async (scope) => {
    await using ours = await onOurs()
    const other = await scope.open()
    const stopping = new AbortController()
    const [one, two] = await Promise.all([
      other.forward({ from: 'worker', to: { port: ours.port }, signal: stopping.signal }),
      other.forward({ from: 'worker', to: { port: ours.port } }),
    ])
    stopping.abort()
    await one.closed
    expect(await talkFromWorker(scope, two.port, 'still')).toBe('STILLbye')
    await other.close()
    await two.closed
    expect(await talkFromWorker(scope, two.port, 'late')).toContain('refused')
    await expect(closedHost(other)).rejects.toMatchObject({ code: 'closed' })
  })

  contractCase('a thousand connections leave nothing behind', async (scope) => {
    await using ours = await onOurs()
    await using forward = await scope.host.forward({ from: 'worker', to: { port: ours.port } })
    const script = `
      use Socket;
      for my $n (1 .. 1000) { socket(my $s, PF_INET, SOCK_STREAM, 0); connect($s, pack_sockaddr_in($ARGV[0], inet_aton('127.0.0.1'))) or die "refused at $n\\n";
        syswrite($s, "n$n"); shutdown($s, 1); my $all = ''; while (sysread($s, my $got, 65536)) { $all .= $got }
        die "got $all at $n\\n" if $all ne "N\${n}bye"; close $s }
      print 'all'`
    const { stdout, stderr } = await scope.exec([scope.perl, '-e', script, String(forward.port)], {
      timeoutMs: 60_000,
    })
    expect(stderr).toBe('')
    expect(stdout).toBe('all')
    expect(forward.connections).toBe(0)
    const open = await new Promise<number>((resolve, reject) =>
      ours.server.getConnections((error, count) => (error ? reject(error) : resolve(count))),
    )
    expect(open).toBe(0)
  })
}

function closedHost(host: Host): Promise<unknown> {
  return host.forward({ from: 'here', to: { port: 9 } })
}
