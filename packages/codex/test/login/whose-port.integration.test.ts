import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { BrokerWay } from '../../src/session/seed-login/broker-way.ts'
import { findOurs, renderProof, untilClosed } from '../../src/session/seed-login/whose-port.ts'

const SECRET = 'rt_that_renews'

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

test('whoever has the port of a session is known by what only our processes know, and told of its end', async () => {
  await using host = await openLocalHost()
  // Stands for the broker: says back what it is told.
  const broker = createServer((socket) => void socket.on('error', () => undefined).pipe(socket))
  const brokerPort = await listen(broker)
  const admitted: string[] = []
  const wayOf = (taskId: string): BrokerWay =>
    new BrokerWay({
      host,
      brokerPort,
      admit: () => Promise.resolve(void admitted.push(taskId)),
      prove: (nonce, port) => Promise.resolve(renderProof(SECRET, { taskId, port }, nonce)),
    })
  const { signal } = new AbortController()
  const secret = () => Promise.resolve(SECRET)
  await using way = wayOf('mine')
  const port = await way.hold(0)

  // Also before it is open.
  const found = await findOurs(host, { taskId: 'mine', port }, secret, signal)
  expect(found).toBeDefined()
  expect(await findOurs(host, { taskId: 'another', port }, secret, signal)).toBeUndefined()
  expect(
    await findOurs(host, { taskId: 'mine', port }, () => Promise.resolve('rt_x'), signal),
  ).toBeUndefined()
  // Whoever passes the question on to a way of ours has no answer to it.
  const relay = createServer((socket) => {
    const there = connect(port, '127.0.0.1')
    for (const one of [socket, there]) one.on('error', () => undefined)
    socket.pipe(there).pipe(socket)
  })
  const relayPort = await listen(relay)
  expect(await findOurs(host, { taskId: 'mine', port: relayPort }, secret, signal)).toBeUndefined()
  expect(admitted).toEqual([])

  // What Codex says goes on to the broker, from its first word.
  way.open()
  const codex = connect(port, '127.0.0.1')
  codex.write('POST /oauth')
  const echo = await new Promise<string>((resolve) => codex.once('data', (piece) => resolve(String(piece))))
  expect(echo).toBe('POST /oauth')
  expect(admitted).toEqual(['mine'])
  codex.destroy()

  const closed = untilClosed(found!, signal)
  await way.release()
  await closed
  expect(await findOurs(host, { taskId: 'mine', port }, secret, signal)).toBeUndefined()
  for (const server of [relay, broker]) await new Promise((resolve) => server.close(resolve))
})
