import { posix } from 'node:path'

/** A path that the embedder names on the agent's machine. */
export interface AgentPath {
  /** Absolute. */
  readonly path: string
  /** The directory in which it must lie, links followed; absent for one that the embedder has said in full. */
  readonly within?: string
}

/**
 * What a path of the embedder means on the agent's machine: an absolute one is taken as it is, as is one that begins with
 * `~/`; any other lies in the work directory, and must stay there.
 * @throws TypeError for an empty path, one with a NUL, and a relative one with `..`
 */
export function resolveAgentPath(
  path: string,
  { directory, home }: { readonly directory: string; readonly home: string },
): AgentPath {
  if (path === '' || path.includes('\0')) throw new TypeError('expected a path')
  if (path === '~' || path.startsWith('~/')) return { path: posix.join(home, path.slice(1)) }
  if (posix.isAbsolute(path)) return { path }
  if (path.split('/').includes('..'))
    throw new TypeError(`expected a path in the work directory: ${JSON.stringify(path)}`)
  return { path: posix.join(directory, path), within: directory }
}
