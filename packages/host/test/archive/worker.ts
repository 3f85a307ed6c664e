import { execFileSync } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { makeAppletDirectory } from '@x/fixtures'
import type { ArchiveHost } from '../../src/archive/archive-host.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'

const NOBODY = 65_534

export interface Worker extends AsyncDisposable {
  readonly host: ArchiveHost
  /** The user's own, and where they may work; removed on dispose. */
  readonly directory: string
  readonly at: (name: string) => string
  /** Runs a script there as that user. */
  readonly shell: (script: string) => string
}

/** This machine as a user who may not do everything, also where the tests run as one who may. */
export async function openWorker(tools: 'gnu' | 'busybox' = 'gnu'): Promise<Worker> {
  const host = await openLocalHost()
  // Every user must reach it, which those below a home do not promise.
  const directory = await mkdtemp(path.join(tmpdir(), 'x-worker-'))
  const isRoot = process.getuid?.() === 0
  if (isRoot) execFileSync('chown', [`${NOBODY}:${NOBODY}`, directory], { stdio: 'pipe' })
  const applets = path.join(directory, '.applets')
  if (tools === 'busybox') await makeAppletDirectory(applets)
  const user = [`--reuid=${NOBODY}`, `--regid=${NOBODY}`, '--clear-groups', '--']
  const less = isRoot ? ['setpriv', ...user] : []
  const argvOf = (argv: readonly string[]): readonly string[] =>
    tools === 'busybox' ? [...less, 'env', `PATH=${applets}`, ...argv] : [...less, ...argv]
  return {
    host: {
      name: 'worker',
      files: host.files,
      exec: (argv, options) => host.exec(argvOf(argv), options),
      spawn: (argv, options) => host.spawn(argvOf(argv), options),
    },
    directory,
    at: (name) => path.join(directory, name),
    shell: (script) => {
      const argv = [...less, 'sh', '-c', `umask 022; ${script}`]
      return execFileSync(argv[0] ?? 'sh', argv.slice(1), { cwd: directory, encoding: 'utf8', stdio: 'pipe' })
    },
    async [Symbol.asyncDispose]() {
      await host[Symbol.asyncDispose]()
      const open = [directory, '-type', 'd', '-exec', 'chmod', 'u+rwx', '{}', ';']
      execFileSync('find', open, { stdio: 'pipe' })
      await rm(directory, { recursive: true, force: true })
    },
  }
}
