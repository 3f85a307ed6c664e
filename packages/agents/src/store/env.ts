import { homedir } from 'node:os'
import path from 'node:path'

/** Where the store's keys lie by default: with the person's configuration, apart from any state. */
export function defaultKeyDirectory(): string {
  const configured = process.env['XDG_CONFIG_HOME']
  // A relative path there is to be ignored, says the base directory specification.
  const base =
    configured !== undefined && path.isAbsolute(configured) ? configured : path.join(homedir(), '.config')
  return path.join(base, 'x', 'keys')
}
