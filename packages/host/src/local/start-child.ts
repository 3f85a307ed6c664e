import { spawn, type ChildProcess } from 'node:child_process'
import { stat } from 'node:fs/promises'
import type { EnvironmentOptions } from '../environment.ts'
import { HostError } from '../errors.ts'
import type { HostFacts } from '../host.ts'
import { programEnvironment } from './env.ts'
import { spawnWithoutMasters } from './pty-masters.ts'

/**
 * Starts a program with pipes, in a session of its own: the whole of it can be ended, and nothing of it reads our
 * terminal. Returns in the same turn of the event loop as the start, so that the child has not been reaped yet.
 * @throws HostError `spawn-failed`
 */
export async function startChild(
  argv: readonly [string, ...string[]],
  options: EnvironmentOptions & { readonly cwd?: string },
  stdin: 'pipe' | 'ignore',
  facts: HostFacts,
): Promise<ChildProcess> {
  const { cwd = facts.home } = options
  const [program, ...args] = argv
  let child: ChildProcess | undefined
  try {
    const env = programEnvironment(options)
    const started = spawnWithoutMasters([stdin, 'pipe', 'pipe'], (stdio) =>
      spawn(program, args, { cwd, env, detached: true, stdio }),
    )
    child = started
    await new Promise<void>((resolve, reject) => {
      started.once('spawn', resolve)
      started.once('error', reject)
    })
    return started
  } catch (error) {
    // Of a program that did not start Node keeps the pipes.
    for (const pipe of child?.stdio ?? []) pipe?.destroy()
    const code = String((error as NodeJS.ErrnoException).code)
    const noDirectory = !(await stat(cwd).then(
      (found) => found.isDirectory(),
      () => false,
    ))
    const what = noDirectory ? `cannot start ${program} in ${cwd}` : `cannot start ${program}`
    throw new HostError('spawn-failed', `${code}: ${what}`, { cause: error })
  }
}
