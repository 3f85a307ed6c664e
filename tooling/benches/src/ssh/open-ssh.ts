import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { promisify } from 'node:util'
import type { SshdFixture } from '@x/fixtures'

const run = promisify(execFile)

/** OpenSSH's own client, whose programs share one connection: nobody logs in while the clock runs. */
export class OpenSsh implements AsyncDisposable {
  private readonly sshd: SshdFixture
  private readonly directory: string
  /** The older protocol, which the worker must have a program for: it asks once where the newer one asks thrice. */
  private readonly forTrees: readonly string[]

  private constructor(sshd: SshdFixture, directory: string, forTrees: readonly string[] = []) {
    this.sshd = sshd
    this.directory = directory
    this.forTrees = forTrees
  }

  static async open(sshd: SshdFixture): Promise<OpenSsh> {
    const openSsh = new OpenSsh(sshd, await mkdtemp(path.join(tmpdir(), 'bench-')))
    // It goes into the background when it has logged in, and ends with the server at the latest.
    await openSsh.run('ssh', ['-M', '-N', '-f', ...openSsh.options, '-p', String(sshd.port), openSsh.machine])
    const hasScp = await openSsh.exec('command -v scp').then(
      () => true,
      () => false,
    )
    return hasScp ? new OpenSsh(sshd, openSsh.directory, ['-O']) : openSsh
  }

  async exec(command: string): Promise<void> {
    await this.run('ssh', ['-p', String(this.sshd.port), ...this.options, this.machine, command])
  }

  /** To the worker. */
  async send(from: string, to: string): Promise<void> {
    await this.scp([from, `${this.machine}:${to}`])
  }

  /** From the worker. */
  async fetch(from: string, to: string): Promise<void> {
    await this.scp([`${this.machine}:${from}`, to])
  }

  async sendTree(from: string, to: string): Promise<void> {
    await this.scp(['-r', ...this.forTrees, from, `${this.machine}:${to}`])
  }

  async fetchTree(from: string, to: string): Promise<void> {
    await this.scp(['-r', ...this.forTrees, `${this.machine}:${from}`, to])
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.run('ssh', ['-O', 'exit', ...this.options, this.machine]).catch(() => undefined)
    await rm(this.directory, { recursive: true })
  }

  private async scp(what: readonly string[]): Promise<void> {
    const way = ['-q', '-P', String(this.sshd.port), '-S', this.program('ssh'), ...this.options]
    await this.run('scp', [...way, ...what])
  }

  private get machine(): string {
    return `${this.sshd.user}@127.0.0.1`
  }

  private get options(): readonly string[] {
    const { identityFile, knownHostsFile } = this.sshd
    const options = [
      `ControlPath=${path.join(this.directory, 'master')}`,
      `IdentityFile=${identityFile}`,
      `UserKnownHostsFile=${knownHostsFile}`,
      'IdentitiesOnly=yes',
      'BatchMode=yes',
    ]
    return ['-F', 'none', ...options.flatMap((option) => ['-o', option])]
  }

  private async run(program: string, args: readonly string[]): Promise<void> {
    const { PATH = '' } = process.env
    const env = { ...this.sshd.parts.env, PATH: `${this.sshd.parts.env['PATH'] ?? ''}:${PATH}` }
    await run(this.program(program), [...args], { env })
  }

  /** Both come in one package with the program that makes keys. */
  private program(name: string): string {
    return path.join(path.dirname(this.sshd.parts.sshKeygen), name)
  }
}
