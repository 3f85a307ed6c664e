import type { ClientChannel } from 'ssh2'

/** How a command ended. */
export interface ChannelExit {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
}

const exits = new WeakMap<ClientChannel, Promise<ChannelExit | undefined>>()

/**
 * How the command on a channel ended; `undefined` when the channel closed without word of it. Never rejects.
 *
 * To be asked first in the callback in which ssh2 hands over the channel: a short command's end stands in the same
 * packet as the word that it has begun, and ssh2 tells it once, before any promise goes on.
 */
export async function exitOf(channel: ClientChannel): Promise<ChannelExit | undefined> {
  const known = exits.get(channel)
  if (known !== undefined) return known
  const exit = new Promise<ChannelExit | undefined>((resolve) => {
    channel.once('exit', (code: number | null, signal?: string) =>
      resolve({ exitCode: code, signal: code === null ? signalName(signal) : null }),
    )
    channel.once('close', () => resolve(undefined))
  })
  exits.set(channel, exit)
  return exit
}

/** The names that RFC 4254 lacks come as `SIGBUS@openssh.com`; ssh2 puts `SIG` in front of every one. */
function signalName(signal: string | undefined): string {
  const name = (signal ?? '').replace(/@.*$/, '').replace(/^(SIG)+/, '')
  return name === '' ? 'unknown' : `SIG${name}`
}
