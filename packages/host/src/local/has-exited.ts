import type { ChildProcess } from 'node:child_process'

/** True once Node has told how our child ended. Until then it has not been reaped, and its pid is its own. */
export function hasExited(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null
}
