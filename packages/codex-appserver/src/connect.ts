import type { ClientInfo, InitializeCapabilities, InitializeResponse } from './_generated/protocol.ts'
import { AppServerClient } from './client.ts'
import { Connection } from './connection.ts'
import type { ProtocolError } from './errors.ts'
import type { FrameChannel } from './transport/frame-channel.ts'

/** How to connect, and who hears of what goes wrong on the way. */
export interface ConnectOptions {
  /** Who we are. The server puts `name` into its user agent; with some models an unknown name changes what is allowed. */
  readonly clientInfo: ClientInfo
  /** What we can do. `experimentalApi` opens methods and fields that may change between versions. */
  readonly capabilities?: InitializeCapabilities
  /** Gives up the handshake. It has no effect once `connect` has resolved: close the client instead. */
  readonly signal?: AbortSignal
  /**
   * How long a request waits for its answer where neither the call nor `METHOD_TIMEOUTS_MS` says, in milliseconds;
   * the handshake too. @default 30_000
   */
  readonly defaultTimeoutMs?: number
  /**
   * How much of what we send may be on its way to a server that does not read, in bytes. Beyond it requests wait for
   * room in their order, within their own time limit, and can be taken back by their signal. A single larger
   * message is sent all the same. @default 16 MiB
   */
  readonly maxUnsentBytes?: number
  /**
   * What becomes of a server request that has no handler. `refuse` gives the answer that grants nothing, or an error
   * that names the method. `ignore` stays silent: for a client that only watches, beside one that answers.
   * @default 'refuse'
   */
  readonly unhandledRequests?: 'refuse' | 'ignore'
  /** Hears of every message that was left out because it is not the protocol. */
  readonly onProtocolError?: (error: ProtocolError) => void
  /** Hears of what a listener or a request handler threw; `method` is `*` for a listener of all notifications. */
  readonly onListenerError?: (error: unknown, method: string) => void
}

/**
 * Introduces us to an app-server and returns the initialized connection; the caller closes it.
 *
 * Takes the channel over: it is closed with the client, and also when the handshake fails.
 * @throws RpcError when the server refuses us, RequestTimeoutError, ConnectionClosedError, the reason of `signal`.
 */
export async function connect(channel: FrameChannel, options: ConnectOptions): Promise<AppServerClient> {
  const {
    clientInfo,
    capabilities,
    signal,
    defaultTimeoutMs = 30_000,
    maxUnsentBytes = 16 * 1024 * 1024,
    unhandledRequests = 'refuse',
    onProtocolError = () => undefined,
    onListenerError = () => undefined,
  } = options
  if (!(maxUnsentBytes > 0)) throw new TypeError(`expected maxUnsentBytes > 0, got ${String(maxUnsentBytes)}`)
  const connection = new Connection(channel, {
    defaultTimeoutMs,
    maxUnsentBytes,
    unhandledRequests,
    onProtocolError,
    onListenerError,
  })
  try {
    const params = { clientInfo, ...(capabilities ? { capabilities } : {}) }
    const serverInfo = await connection.request('initialize', params, signal ? { signal } : {})
    connection.notify('initialized')
    return new AppServerClient(connection, serverInfo as InitializeResponse)
  } catch (error) {
    await connection.close()
    throw error
  }
}
