import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { SshdFixture } from '@x/fixtures'
import type { RawStart } from './raw-codex.ts'
import { spawnSsh } from './raw-ssh.ts'

/** How long Codex may take to end when its input has. */
const END_MS = 5_000

/**
 * The least that a program must do to have a thread on a worker: one `ssh` whose command makes a home there and becomes
 * the real Codex, `initialize`, `thread/start` over its standard input. Its connection ends Codex.
 * @param master a connection of `openMaster`; without one `ssh` logs in
 */
export async function startRawOverSsh(
  sshd: SshdFixture,
  start: RawStart,
  master?: string,
): Promise<ChildProcessWithoutNullStreams> {
  const command = renderCommand(start)
  const child = spawnSsh(sshd, { command, ...(master !== undefined && { master }) })
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const ask = async (id: number, method: string, params: object): Promise<unknown> => {
    child.stdin.write(`${JSON.stringify({ id, method, params })}\n`)
    for (;;) {
      const next = await answers.next()
      if (next.done) throw new Error(`Codex ended before it answered ${method}`)
      const message = JSON.parse(next.value) as { readonly id?: number; readonly result?: unknown }
      if (message.id === id) return message.result
    }
  }
  await ask(1, 'initialize', { clientInfo: { name: 'x', title: 'x', version: '0.0.0' } })
  child.stdin.write(`${JSON.stringify({ method: 'initialized' })}\n`)
  const params = { cwd: `${start.root}/work`, approvalPolicy: 'untrusted' }
  const started = (await ask(2, 'thread/start', params)) as { readonly thread?: { readonly id?: unknown } }
  if (typeof started.thread?.id !== 'string') throw new Error('no thread was started')
  return child
}

/** Resolves when Codex is gone as well. */
export async function endRawOverSsh(child: ChildProcessWithoutNullStreams): Promise<void> {
  const gone = once(child, 'exit')
  child.stdout.resume()
  child.stdin.end()
  const late = setTimeout(() => child.kill('SIGKILL'), END_MS)
  await gone
  clearTimeout(late)
}

/** The same directories and environment as `makeRawHome` gives a bare Codex here. */
function renderCommand({ binary, root, config, auth }: RawStart): string {
  const home = `${root}/home`
  const write = (text: string, name: string): string =>
    `echo ${Buffer.from(text).toString('base64')} | base64 -d >'${home}/.codex/${name}'`
  const environment = [
    `HOME='${home}'`,
    `CODEX_HOME='${home}/.codex'`,
    `TMPDIR='${root}/run/tmp'`,
    'PATH=/usr/local/bin:/usr/bin:/bin',
    'LANG=C.UTF-8',
  ]
  return [
    'umask 077',
    `mkdir -p '${root}/work' '${home}/.codex' '${root}/run/tmp'`,
    write(config, 'config.toml'),
    write(auth, 'auth.json'),
    `cd '${root}/work'`,
    `exec env -i ${environment.join(' ')} '${binary}' app-server 2>/dev/null`,
  ].join(' && ')
}
