import { access, chmod, mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openSshd } from '@x/fixtures'
import { openLocalHost, DisposeStack, type Host } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import { BareClient } from './bare-client.ts'
import { OpenSsh } from './open-ssh.ts'

/** Memory, where there is a file system of it: what a disk does is not ours to measure. */
const MEMORY = '/dev/shm'

/** One worker, and three ways to it that are open before any clock runs. */
export interface SideBySide extends AsyncDisposable {
  readonly n: number
  readonly say: (text: string) => void
  readonly ours: Host
  readonly bare: BareClient
  readonly openSsh: OpenSsh
  /** This machine. */
  readonly local: Host
  /** A path on this machine, in memory. */
  readonly here: (name: string) => string
  /** A path on the worker, in the same memory; its account may write there. */
  readonly there: (name: string) => string
}

export async function openSideBySide(n: number, say: (text: string) => void): Promise<SideBySide> {
  await using opening = new DisposeStack()
  const root = await access(MEMORY).then(
    () => MEMORY,
    () => tmpdir(),
  )
  const directory = await mkdtemp(path.join(root, 'ssh-bench-'))
  opening.defer(() => rm(directory, { recursive: true, force: true }))
  await chmod(directory, 0o755)
  const [here, there] = ['here', 'there'].map((name) => path.join(directory, name)) as [string, string]
  await mkdir(here)
  await mkdir(there)
  // The worker's account is another one when we are root.
  await chmod(there, 0o777)
  const sshd = opening.use(await openSshd())
  const ours = opening.use(await openSshHost(sshd.target, sshd.options))
  const bare = opening.use(await BareClient.open(sshd))
  const openSsh = opening.use(await OpenSsh.open(sshd))
  const local = opening.use(await openLocalHost())
  const opened = opening.move()
  return {
    n,
    say,
    ours,
    bare,
    openSsh,
    local,
    here: (name) => path.join(here, name),
    there: (name) => path.join(there, name),
    [Symbol.asyncDispose]: () => opened[Symbol.asyncDispose](),
  }
}

export async function timed(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return performance.now() - startedAt
}
