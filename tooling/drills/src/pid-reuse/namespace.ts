import { execFile, spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** Asks whether numbers of processes can be chosen; only inside a namespace of processes that is ours. */
const PROBE = 'echo 300 >/proc/sys/kernel/ns_last_pid'
/** Its first process collects what nobody else waits for: else a number would never be free again. */
const FIRST = '"$@"; exit $?'

/** What a program inside is told, and tells in the end. */
export interface InsideOptions {
  readonly runs: number
  readonly seed: number
  readonly sabotage: boolean
  readonly directory: string
  /** False where only one account can be had. */
  readonly overSsh: boolean
}

/**
 * Runs `inside.ts` in a namespace of processes of its own, in which numbers can be given out again. When we die, all of
 * it dies; when `signal` aborts, it tidies up and ends.
 * @returns the last line that it wrote on stdout
 * @throws Error when no such namespace can be had, saying what to do; or when it ended with a failure
 */
export async function runInside(
  options: Omit<InsideOptions, 'overSsh'>,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<string> {
  const overSsh = process.getuid?.() === 0
  const kinds = ['--pid', '--fork', '--mount-proc', '--kill-child=KILL']
  const unshare = overSsh ? kinds : ['--user', '--map-root-user', ...kinds]
  try {
    await run('unshare', [...unshare, 'sh', '-c', PROBE])
  } catch (error) {
    const said = String((error as { readonly stderr?: string }).stderr ?? error).trim()
    throw new Error(
      `no namespace of processes can be had here (${said}): run the drill as root with CAP_SYS_ADMIN, or allow user namespaces (sysctl user.max_user_namespaces); it needs unshare and nsenter of util-linux, and a kernel with CONFIG_CHECKPOINT_RESTORE`,
      { cause: error },
    )
  }
  if (!overSsh) say('      not root: only this machine is drilled, not a worker over SSH')
  const given = JSON.stringify({ ...options, overSsh } satisfies InsideOptions)
  const program = [
    process.execPath,
    ...process.execArgv,
    fileURLToPath(new URL('inside.ts', import.meta.url)),
  ]
  const bound = ['--pdeathsig', 'KILL', 'unshare', ...unshare, 'sh', '-c', FIRST, 'sh', ...program, given]
  const child = spawn('setpriv', bound, { stdio: ['pipe', 'pipe', 'pipe'] })
  const stop = (): void => void child.stdin.end()
  signal.addEventListener('abort', stop, { once: true })
  child.stdin.on('error', () => undefined)
  let said = ''
  let rest = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) say(line)
  })
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve)
  })
  signal.removeEventListener('abort', stop)
  signal.throwIfAborted()
  if (rest !== '') say(rest)
  if (code !== 0) throw new Error(`the drill inside ended with status ${String(code)}`)
  return said.trimEnd().split('\n').at(-1) ?? ''
}
