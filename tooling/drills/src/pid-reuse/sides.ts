import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import type { SshdFixture } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import type { NumberSpace } from './bystander.ts'
import type { Abandon } from './scenarios.ts'

/** A machine on which numbers are given out again. */
export interface Side {
  readonly name: string
  readonly space: NumberSpace
  /** Where runs have their directories. */
  readonly directory: string
  readonly open: () => Promise<Host>
  readonly abandon: Abandon
}

/** This machine, as far as the namespace goes in which we are. */
export function localSide(directory: string): Side {
  return {
    name: 'here',
    space: { enter: [], become: [] },
    directory,
    open: openLocalHost,
    abandon: abandonHere,
  }
}

/** The machine of the fixture: a namespace inside ours. */
export async function sshSide(sshd: SshdFixture): Promise<Side> {
  const open = () => openSshHost(sshd.target, sshd.options)
  const host = await open()
  const account = String(host.facts.uid)
  await host.close()
  return {
    name: 'over SSH',
    space: {
      enter: ['nsenter', '--target', String(sshd.pids()[0]), '--pid', '--mount', '--'],
      become: ['setpriv', `--reuid=${account}`, `--regid=${account}`, '--clear-groups'],
    },
    directory: sshd.home,
    open,
    async abandon({ env }, programs) {
      const other = await open()
      const pids: number[] = []
      for (const argv of programs) pids.push((await other.spawn(argv, { env })).pid)
      return { pids, die: () => sshd.cut(), [Symbol.asyncDispose]: () => other.close() }
    },
  }
}

const abandonHere: Abandon = async ({ env }, programs) => {
  const file = fileURLToPath(new URL('starter.ts', import.meta.url))
  const args = [...process.execArgv, file, JSON.stringify({ programs, env })]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = once(child, 'exit')
  const [line] = (await Promise.race([
    once(createInterface(child.stdout), 'line'),
    exited.then(() => {
      throw new Error('who was to start programs has ended')
    }),
  ])) as [string]
  return {
    pids: JSON.parse(line) as readonly number[],
    die: () => void child.kill('SIGKILL'),
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}
