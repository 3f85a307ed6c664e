import { once } from 'node:events'
import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { connect } from '../src/connect.ts'
import { ConnectionClosedError, RpcError } from '../src/errors.ts'
import type { FrameChannel } from '../src/transport/frame-channel.ts'
import { startAppServer, type TestAppServer } from './start-app-server.ts'

const clientInfo = { name: 'appserver-test', version: '0.0.0' }

const TRANSPORTS: readonly {
  name: string
  stdio: boolean
  open: (server: TestAppServer) => Promise<FrameChannel>
}[] = [
  { name: 'unix socket', stdio: false, open: (server) => server.connectSocket() },
  { name: 'stdio', stdio: true, open: (server) => Promise.resolve(server.openStdio()) },
]

for (const version of CODEX_VERSIONS) {
  for (const { name, stdio, open } of TRANSPORTS) {
    describe(`codex ${version} over ${name}`, () => {
      test('introduces itself and starts a thread', async () => {
        await using server = await startAppServer(version, { stdio })
        await using client = await connect(await open(server), { clientInfo })
        expect(client.serverInfo.userAgent).toContain(version)
        const methods: string[] = []
        client.onAnyNotification(({ method }) => methods.push(method))
        const { thread } = await client.request('thread/start', { cwd: server.workDirectory })
        expect(thread.id).toMatch(/^[0-9a-f-]{36}$/)
        const { data } = await client.request('thread/loaded/list', {})
        expect(data).toEqual([thread.id])
        expect(methods).toContain('thread/started')
      })

      test('refuses an unknown method by name', async () => {
        await using server = await startAppServer(version, { stdio })
        await using client = await connect(await open(server), { clientInfo })
        const error: unknown = await client
          .requestUntyped('thread/unheardOf', {})
          .catch((thrown: unknown) => thrown)
        expect(error).toBeInstanceOf(RpcError)
        expect(error).toMatchObject({ code: 'rpc-failed', method: 'thread/unheardOf' })
        expect((error as RpcError).rpcMessage).toContain('thread/unheardOf')
      })

      test('rejects what was asked when the process dies', async () => {
        await using server = await startAppServer(version, { stdio })
        await using client = await connect(await open(server), { clientInfo })
        // Runs until the process is gone, so the request is surely pending when it dies.
        const pending = client.request('command/exec', {
          command: ['sleep', '60'],
          sandboxPolicy: { type: 'dangerFullAccess' },
        })
        const outcome = pending.catch((thrown: unknown) => thrown)
        await client.request('thread/loaded/list', {})
        server.process.kill('SIGKILL')
        await once(server.process, 'exit')
        expect(await outcome).toBeInstanceOf(ConnectionClosedError)
        expect((await client.closed).reason).not.toBe('closed-here')
        expect(client.signal.aborted).toBe(true)
        await expect(client.request('thread/loaded/list', {})).rejects.toBeInstanceOf(ConnectionClosedError)
      })
    })
  }
}
