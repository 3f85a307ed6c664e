import { posix } from 'node:path'
import { DELIVERABLES_DIRECTORY } from '../prompt/log-names.ts'

/** What an announced path is, as far as can be told without looking at the machine. */
export type DeliverablePath =
  | {
      readonly type: 'inside'
      /** Absolute, on the machine. */
      readonly path: string
      /** Below the directory of deliverables, with `/` between names. */
      readonly name: string
    }
  | { /** No path of a file at all. */ readonly type: 'bad' }
  | { /** Not below the directory of deliverables. */ readonly type: 'outside' }

const MAX_PATH_BYTES = 4096

/**
 * Where a deliverable lies that an agent has announced: absolute, or from the work directory. Pure: links are looked at
 * when it is read.
 * @param directories the work directory under each of its names, absolute; the first is the one to use
 */
export function resolveDeliverablePath(
  announced: string,
  directories: readonly [string, ...string[]],
): DeliverablePath {
  const isPath =
    announced !== '' &&
    !/[\p{Cc}\p{Surrogate}]/u.test(announced) &&
    Buffer.byteLength(announced) <= MAX_PATH_BYTES
  if (!isPath || announced.endsWith('/') || /(?:^|\/)\.{1,2}$/.test(announced)) return { type: 'bad' }
  for (const directory of directories) {
    const root = posix.join(posix.resolve(directory), DELIVERABLES_DIRECTORY)
    const path = posix.resolve(directory, announced)
    if (path === root) return { type: 'bad' }
    if (!path.startsWith(`${root}/`)) continue
    const name = path.slice(root.length + 1)
    return { type: 'inside', path: posix.join(directories[0], DELIVERABLES_DIRECTORY, name), name }
  }
  return { type: 'outside' }
}
