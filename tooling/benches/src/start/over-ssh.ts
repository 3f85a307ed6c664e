import { execFile } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import path from 'node:path'
import { promisify } from 'node:util'
import type { CODEX_VERSIONS } from '@x/codex'
import { openSshd, privateDirectory, type SshdFixture } from '@x/fixtures'
import { openSshHost } from '@x/host/ssh'
import { alternate } from '../alternate.ts'
import type { Measure } from '../bench.ts'
import { compare } from '../compare.ts'
import { endRawOverSsh, startRawOverSsh } from '../raw/raw-codex-over-ssh.ts'
import type { RawStart } from '../raw/raw-codex.ts'
import { openMaster } from '../raw/raw-ssh.ts'
import { readTemplate } from '../raw/session-template.ts'
import { LOGIN, measureSession } from './measure-session.ts'

const run = promisify(execFile)
const GOAL = { atMost: 1.5 }

export interface OverSsh {
  readonly n: number
  readonly say: (text: string) => void
  readonly version: (typeof CODEX_VERSIONS)[number]
  /** The directory of Codex on this machine. */
  readonly installation: string
}

/** The same on a worker behind SSH: over a connection that is there, and from the login on. */
export async function measureOverSsh({
  n,
  say,
  version,
  installation,
}: OverSsh): Promise<readonly Measure[]> {
  await using sshd = await openSshd()
  await using here = await privateDirectory()
  await using host = await openSshHost(sshd.target, sshd.options)
  const master = path.join(here.path, 'm')
  await using _master = await openMaster(sshd, master)
  // What this machine has of Codex the worker's account may not read.
  const cacheDir = path.join(sshd.directory, 'cache')
  const codex = path.join(cacheDir, 'codex', version)
  await mkdir(path.dirname(codex), { recursive: true, mode: 0o755 })
  await run('cp', ['-a', installation, codex])
  const directory = `${sshd.home}/bench`
  await host.files.makeDirectory(directory, { mode: 0o700 })
  const template = await readTemplate({ host, directory, version, login: LOGIN, cacheDir })
  let runs = 0
  const taskId = (): string => `t-${(runs += 1)}`
  const session = { version, stateDir: `${directory}/ours`, cacheDir }
  const raw = (): RawStart => {
    const root = `${directory}/peer/tasks/${taskId()}`
    return { binary: `${codex}/bin/codex`, root, ...template(root, `${directory}/peer`) }
  }
  const warm = await alternate(
    n,
    async () => (await measureSession({ ...session, host, taskId: taskId() })).opened,
    () => measureRaw(sshd, raw(), master),
  )
  const cold = await alternate(
    n,
    async () => {
      const startedAt = performance.now()
      await using own = await openSshHost(sshd.target, sshd.options)
      const dialled = (performance.now() - startedAt) / 1_000
      return dialled + (await measureSession({ ...session, host: own, taskId: taskId() })).opened
    },
    () => measureRaw(sshd, raw()),
  )
  await host.files.remove(directory)
  return [
    compare(say, { name: 'ssh-warm', unit: 's', ...warm, goal: GOAL }),
    compare(say, { name: 'ssh-with-login', unit: 's', ...cold, goal: GOAL }),
  ]
}

/** Seconds until a bare client has a thread on the worker. */
async function measureRaw(sshd: SshdFixture, start: RawStart, master?: string): Promise<number> {
  const startedAt = performance.now()
  const child = await startRawOverSsh(sshd, start, master)
  const seconds = (performance.now() - startedAt) / 1_000
  await endRawOverSsh(child)
  return seconds
}
