import type { ChildProcess } from 'node:child_process'
import { closeSync, openSync } from 'node:fs'

/**
 * Our ends of the open terminals. The PTY library leaves them inheritable, and a child that held one would keep the
 * terminal from hanging up when we die.
 */
const masters = new Set<number>()

export function holdMaster(descriptor: number): Disposable {
  masters.add(descriptor)
  return { [Symbol.dispose]: () => void masters.delete(descriptor) }
}

type Stdio = 'ignore' | 'pipe' | number

/** Spawns a child with `stdio` in which every master is covered by `/dev/null`: Node can't close single descriptors in a child. */
export function spawnWithoutMasters(
  stdio: readonly Stdio[],
  spawn: (stdio: Stdio[]) => ChildProcess,
): ChildProcess {
  if (masters.size === 0) return spawn([...stdio])
  const nothing = openSync('/dev/null', 'r+')
  try {
    const covered: Stdio[] = [...stdio]
    const last = Math.max(...masters)
    for (let n = stdio.length; n <= last; n += 1) covered.push(masters.has(n) ? nothing : 'ignore')
    return spawn(covered)
  } finally {
    closeSync(nothing)
  }
}
