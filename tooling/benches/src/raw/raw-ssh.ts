import { execFile, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import path from 'node:path'
import { promisify } from 'node:util'
import type { SshdFixture } from '@x/fixtures'

const run = promisify(execFile)

export interface RawSshOptions {
  /** Of OpenSSH's client, before the machine. */
  readonly options?: readonly string[]
  readonly command?: string
  /** A connection that is there already, by `openMaster`: nobody logs in. */
  readonly master?: string
}

/** OpenSSH's own client on the way to the worker of a test. Whoever starts it ends it. */
export function spawnSsh(
  sshd: SshdFixture,
  { options = [], command, master }: RawSshOptions,
): ChildProcessWithoutNullStreams {
  const way = [...options, ...(master === undefined ? [] : ['-S', master])]
  const child = spawn(program(sshd), argumentsOf(sshd, way, command), { env: environment(sshd) })
  child.stdin.on('error', () => undefined)
  child.stderr.pipe(process.stderr, { end: false })
  return child
}

export async function endSsh(child: ChildProcessWithoutNullStreams): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill('SIGTERM')
  await gone
}

/** Logs in, and lets other clients use the connection at this socket. It ends when it is disposed. */
export async function openMaster(sshd: SshdFixture, socket: string): Promise<AsyncDisposable> {
  const options = { env: environment(sshd) }
  // It goes into the background when it has logged in.
  await run(program(sshd), argumentsOf(sshd, ['-M', '-S', socket, '-N', '-f']), options)
  return {
    async [Symbol.asyncDispose]() {
      await run(program(sshd), argumentsOf(sshd, ['-S', socket, '-O', 'exit']), options)
    },
  }
}

/** It comes in one package with the program that makes keys. */
function program({ parts }: SshdFixture): string {
  return path.join(path.dirname(parts.sshKeygen), 'ssh')
}

function environment({ parts }: SshdFixture): NodeJS.ProcessEnv {
  return { ...process.env, ...parts.env }
}

function argumentsOf(
  { identityFile, knownHostsFile, port, user }: SshdFixture,
  options: readonly string[],
  command?: string,
): string[] {
  const settings = [
    `IdentityFile=${identityFile}`,
    `UserKnownHostsFile=${knownHostsFile}`,
    'IdentitiesOnly=yes',
    'BatchMode=yes',
    'LogLevel=ERROR',
  ].flatMap((setting) => ['-o', setting])
  const machine = ['-p', String(port), `${user}@127.0.0.1`]
  return ['-F', 'none', ...settings, ...options, ...machine, ...(command === undefined ? [] : [command])]
}
