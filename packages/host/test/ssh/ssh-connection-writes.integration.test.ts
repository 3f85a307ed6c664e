import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'
import { openSshd } from '@x/fixtures'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { joinWrites } from '../../src/ssh/ssh-connection-writes.ts'

test('what is written in one turn leaves together, and the next turn does not wait for it', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  const [[peer]] = (await Promise.all([once(server, 'connection'), once(socket, 'connect')])) as [
    [Socket],
    unknown,
  ]
  joinWrites({ _sock: socket } as unknown as ssh2.Client)
  for (const text of ['one ', 'two ', 'three']) socket.write(text)
  expect(socket.writableCorked).toBe(1)
  expect(String((await once(peer, 'data'))[0])).toBe('one two three')
  expect(socket.writableCorked).toBe(0)
  socket.write('four')
  expect(String((await once(peer, 'data'))[0])).toBe('four')
  socket.end('last')
  expect(String((await once(peer, 'data'))[0])).toBe('last')
  peer.destroy()
  server.close()
})

test('the socket is where this version of ssh2 has it', async () => {
  await using sshd = await openSshd()
  const client = new ssh2.Client()
  client.connect({
    host: '127.0.0.1',
    port: sshd.port,
    username: sshd.user,
    privateKey: await readFile(sshd.identityFile),
  })
  await once(client, 'ready')
  joinWrites(client)
  const { _sock: socket } = client as unknown as { readonly _sock: Socket }
  expect(Object.hasOwn(socket, 'write')).toBe(true)
  const closed = once(client, 'close')
  client.end()
  await closed
})
