import type { Readable, Writable } from 'node:stream'
import { connect, openLineChannel } from '@x/codex-appserver'

/** `server` is a spawned `codex app-server`; it ends when its stdin does. */
export async function startThread(server: { stdout: Readable; stdin: Writable }, cwd: string) {
  const channel = openLineChannel({ readable: server.stdout, writable: server.stdin })
  await using client = await connect(channel, { clientInfo: { name: 'my-tool', version: '1.0.0' } })
  client.onRequest('item/commandExecution/requestApproval', () => ({ decision: 'decline' }))
  const { thread } = await client.request('thread/start', { cwd })
  return thread.id
}
