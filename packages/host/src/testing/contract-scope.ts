import { randomUUID } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import type { DetachedOptions, DetachedProcess } from '../detached-process.ts'
import { DisposeStack } from '../dispose-stack.ts'
import { mustSucceed, type ExecOptions, type ExecResult } from '../exec-result.ts'
import type { Host } from '../host.ts'
import type { RunningProcess, SpawnOptions } from '../running-process.ts'

const MARK = 'X_HOST_CONTRACT'
/** How long a killed process may take to leave the process table. */
const GONE_MS = 3_000

/** What one case works with. Everything that it starts bears a mark in its environment, by which leaks are found. */
export interface ContractScope extends AsyncDisposable {
  readonly host: Host
  /** A fresh directory on the machine, 0700, removed at the end. */
  readonly directory: string
  /** The mark; part of the environment of everything that is started through the scope. */
  readonly mark: Readonly<Record<string, string>>
  /** What the suite's own servers on the machine run with. */
  readonly perl: string
  /** Opens one more host, closed at the end. */
  readonly open: () => Promise<Host>
  /** `host.exec` with the mark. */
  readonly exec: (argv: readonly string[], options?: ExecOptions) => Promise<ExecResult>
  /** `host.spawn` with the mark. */
  readonly start: (argv: readonly string[], options?: SpawnOptions) => Promise<RunningProcess>
  /** Runs a shell script to its end, which must be a success, and returns what it said. */
  readonly shell: (script: string, ...args: readonly string[]) => Promise<string>
  /** `host.spawnDetached` with the mark, in the scope's directory, with the record `<name>.json` and the log `<name>.log`. */
  readonly spawn: (
    argv: readonly string[],
    options?: Partial<DetachedOptions> & { readonly name?: string },
  ) => Promise<DetachedProcess>
  /** A path in the directory. */
  readonly at: (name: string) => string
  /** Resolves when the file holds the text. */
  readonly said: (file: string, text: string) => Promise<void>
}

/**
 * Opens a host and a directory on it. Disposing removes both, and fails when a marked process still runs.
 * @param sweeper looks for what is left, since the case may have closed its own host; without it one is opened for that
 * @param perl a name or a path on the machine
 */
export async function openContractScope(
  open: () => Promise<Host>,
  sweeper?: Host,
  perl = 'perl',
): Promise<ContractScope> {
  await using opening = new DisposeStack()
  const mark = { [MARK]: randomUUID() }
  const host = opening.use(await open())
  const directory = mustSucceed(await host.exec(['mktemp', '-d'])).stdout.trim()
  opening.defer(async () => {
    if (sweeper) return removeAndCheck(sweeper, directory, mark)
    await using own = await open()
    await removeAndCheck(own, directory, mark)
  })
  const parts = { host, directory, mark, perl, at: (name: string) => `${directory}/${name}` }
  const exec: ContractScope['exec'] = (argv, options = {}) =>
    host.exec(argv, { ...options, env: { ...mark, ...options.env } })
  const shell: ContractScope['shell'] = async (script, ...args) =>
    mustSucceed(await exec(['sh', '-c', script, 'sh', ...args], { cwd: directory })).stdout
  const owned = opening.move()
  return {
    ...parts,
    exec,
    shell,
    start: (argv, options = {}) => host.spawn(argv, { ...options, env: { ...mark, ...options.env } }),
    open: async () => owned.use(await open()),
    async spawn(argv, { name = 'program', ...options } = {}) {
      const { PATH = '/usr/bin:/bin' } = host.facts.env
      const env = { ...mark, ...(options.env ?? { PATH }) }
      const files = { record: parts.at(`${name}.json`), log: parts.at(`${name}.log`), cwd: directory }
      return host.spawnDetached(argv, { ...files, ...options, env })
    },
    async said(file, text) {
      // Asking from the machine itself, so that one round trip is enough over a network too.
      const script = 'until grep -qsF -e "$1" "$2"; do sleep 0.02; done'
      mustSucceed(await exec(['sh', '-c', script, 'sh', text, file], { timeoutMs: 20_000 }))
    },
    [Symbol.asyncDispose]: () => owned[Symbol.asyncDispose](),
  }
}

async function removeAndCheck(
  host: Host,
  directory: string,
  mark: Readonly<Record<string, string>>,
): Promise<void> {
  const giveUpAt = performance.now() + GONE_MS
  let left = await marked(host, mark)
  while (left.length > 0 && performance.now() < giveUpAt) {
    await delay(20)
    left = await marked(host, mark)
  }
  if (left.length > 0) await host.exec(['sh', '-c', 'kill -9 "$@"', 'sh', ...left])
  await host.files.remove(directory)
  if (left.length > 0) throw new Error(`the case left processes behind: ${left.join(', ')}`)
}

/** The environment of a zombie is empty, so that only what runs is found. */
async function marked(host: Host, mark: Readonly<Record<string, string>>): Promise<readonly string[]> {
  // Busybox reads no further than the first NUL unless it is told that lines end there.
  const script = 'grep -lszF -e "$1" /proc/[0-9]*/environ'
  const found = await host.exec(['sh', '-c', script, 'sh', `${MARK}=${String(mark[MARK])}`])
  return [...found.stdout.matchAll(/\/proc\/(\d+)\//g)].map((match) => String(match[1]))
}
