import type { AppServerClient } from '../src/client.ts'
import { connect, type ConnectOptions } from '../src/connect.ts'
import { channelPair, type Peer } from './channel-pair.ts'

export const clientInfo = { name: 'test', version: '1' }
export const serverInfo = {
  userAgent: 'test/0',
  codexHome: '/h',
  platformFamily: 'unix',
  platformOs: 'linux',
}

/** A client after its handshake, and the peer that it talks to. */
export async function connected(
  options: Partial<ConnectOptions> = {},
): Promise<{ client: AppServerClient; peer: Peer }> {
  const { channel, peer } = channelPair()
  peer.answer = ({ id }) => {
    if (id !== undefined) peer.send({ id, result: serverInfo })
  }
  const client = await connect(channel, { clientInfo, ...options })
  peer.answer = () => undefined
  // The answer to the handshake was the last frame of its turn of the loop; the next comes in another.
  await settled()
  return { client, peer }
}

/** All that was to happen in this turn of the event loop has happened. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
}
