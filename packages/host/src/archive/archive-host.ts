import type { Host } from '../host.ts'

/** What archives need of a host: also one that runs its programs as somebody else will do. */
export type ArchiveHost = Pick<Host, 'name' | 'exec' | 'spawn' | 'files'>
