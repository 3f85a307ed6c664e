import type { Host } from '@x/host'
import type { Environment } from './env.ts'
import type { Output } from './output.ts'

/** What every command gets. */
export interface Context {
  /** This machine; closed by whoever runs the command. */
  readonly host: Host
  readonly environment: Environment
  readonly output: Output
}
