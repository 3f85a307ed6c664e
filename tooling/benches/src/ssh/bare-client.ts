import { readFile } from 'node:fs/promises'
import type { SshdFixture } from '@x/fixtures'
import ssh2 from 'ssh2'

/** What a person would write by hand with ssh2: a client without Nagle's delay, and one channel for each command. */
export class BareClient implements Disposable {
  private readonly client: ssh2.Client

  private constructor(client: ssh2.Client) {
    this.client = client
  }

  static async open({ port, user, identityFile }: SshdFixture): Promise<BareClient> {
    const client = new ssh2.Client()
    const privateKey = await readFile(identityFile)
    await new Promise<void>((resolve, reject) => {
      client.once('ready', resolve).once('error', reject)
      client.connect({ host: '127.0.0.1', port, username: user, privateKey })
    })
    client.setNoDelay(true)
    return new BareClient(client)
  }

  /** @returns what the command wrote @throws Error unless it ended with 0 */
  async exec(command: string): Promise<string> {
    return new Promise((resolve, reject) => {
      this.client.exec(command, (error, channel) => {
        if (error) {
          // The server counts a session for an instant after it has closed it.
          if (isRefused(error)) resolve(this.exec(command))
          else reject(error)
          return
        }
        const said: Buffer[] = []
        let code: number | undefined
        channel.on('data', (chunk: Buffer) => said.push(chunk))
        channel.stderr.on('data', (chunk: Buffer) => said.push(chunk))
        channel.once('exit', (status: number) => (code = status))
        channel.once('close', () => {
          const text = Buffer.concat(said).toString()
          if (code === 0) resolve(text)
          else reject(new Error(`${command} ended with ${String(code)}: ${text}`))
        })
        channel.end()
      })
    })
  }

  [Symbol.dispose](): void {
    this.client.end()
  }
}

/** RFC 4254, 5.1: `SSH_OPEN_CONNECT_FAILED`, which is how sshd says that there are enough. */
function isRefused(error: Error): boolean {
  return 'reason' in error && error.reason === 2
}
