import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdir, mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { openLocalHost, type Host } from '@x/host'
import { openSshHost } from '@x/host/ssh'
import type { MemoryOpening } from './memory-process.ts'

const run = promisify(execFile)
/** Memory, where there is a file system of it: what a disk does is not ours to measure. */
const MEMORY = '/dev/shm'

/** A machine with trees on it: ours by a host, the peer's by a shell that reads and writes files here. */
export interface Place extends AsyncDisposable {
  readonly name: 'local' | 'ssh'
  readonly host: Host
  /** How another process of ours opens the host. */
  readonly opening: MemoryOpening
  /** Runs a script there with its input from a file here, and its output to one. */
  shell(script: string, files: { readonly from?: string; readonly to?: string }): Promise<void>
}

/** A directory in memory, which every account may use. Whoever made it removes it. */
export async function makeDirectory(): Promise<string> {
  const root = await run('test', ['-w', MEMORY]).then(
    () => MEMORY,
    () => tmpdir(),
  )
  const directory = await mkdtemp(path.join(root, 'bench-'))
  await mkdir(path.join(directory, 'work'))
  await chmod(directory, 0o755)
  await chmod(path.join(directory, 'work'), 0o777)
  return directory
}

export async function openHere(): Promise<Place> {
  const host = await openLocalHost()
  return {
    name: 'local',
    host,
    opening: {},
    shell: (script, files) => runBetween(['sh', '-c', script], files),
    [Symbol.asyncDispose]: () => host.close(),
  }
}

/** An sshd on loopback. The peer's login is on its clock, as it is for everybody who types `ssh`. */
export async function openWorker(): Promise<Place> {
  const sshd = await openSshd()
  const opening = { target: sshd.target, options: sshd.options }
  const host = await openSshHost(sshd.target, sshd.options)
  const ssh = sshLine(sshd)
  return {
    name: 'ssh',
    host,
    opening,
    shell: (script, files) => runBetween([...ssh, script], files),
    async [Symbol.asyncDispose]() {
      await host.close()
      await sshd[Symbol.asyncDispose]()
    },
  }
}

function sshLine({ port, user, identityFile, knownHostsFile }: SshdFixture): readonly string[] {
  const settings = [`UserKnownHostsFile=${knownHostsFile}`, 'IdentitiesOnly=yes', 'BatchMode=yes']
  const options = settings.flatMap((setting) => ['-o', setting])
  return ['ssh', '-F', 'none', '-i', identityFile, ...options, '-p', String(port), `${user}@127.0.0.1`]
}

async function runBetween(
  [program = '', ...args]: readonly string[],
  { from = '/dev/null', to = '/dev/null' }: { readonly from?: string; readonly to?: string },
): Promise<void> {
  await using input = await open(from, 'r')
  await using output = await open(to, 'w')
  const child = spawn(program, args, { stdio: [input.fd, output.fd, 'inherit'] })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${program} has ended with ${String(code)}: ${args.at(-1) ?? ''}`)
}

/** Removes what either account has made. */
export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true })
}
