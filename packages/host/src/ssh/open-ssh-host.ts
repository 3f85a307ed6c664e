import type { Host } from '../host.ts'
import type { SshHostOptions } from './ssh-host-options.ts'

/** Opens a worker as a host. */
export async function openSshHost(target: string, options: SshHostOptions = {}): Promise<Host> {
  throw new TypeError(`not yet: ${target} ${Object.keys(options).join(' ')}`)
}
