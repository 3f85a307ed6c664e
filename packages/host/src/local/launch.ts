import { spawn, type ChildProcess } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { access, open, readFile, rm, stat, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import type { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { assertLaunch } from '../assert-launch.ts'
import type { DetachedOptions, ProcessIdentity } from '../detached-process.ts'
import { HostError } from '../errors.ts'
import { LAUNCH_SCRIPT } from '../launch-script.ts'
import { parseProcessIdentity } from '../parse-process-identity.ts'
import { hasExited } from './has-exited.ts'
import { isRunning, readProcessStat } from './identity.ts'
import { sendSignal } from './process-group.ts'
import { spawnWithoutMasters } from './pty-masters.ts'

const SHELL = '/bin/sh'
/** A launch takes some 3 ms; only a machine that is stuck (a dead network file system) takes longer than this. */
const LAUNCH_LIMIT_MS = 10_000
/** Of a log of any size no more than this is read, to say why a program did not start. */
const LOG_TAIL_BYTES = 4_096

export interface Launched {
  readonly identity: ProcessIdentity
  /** We are the parent: its `exit` event is the end of the process. */
  readonly child: ChildProcess
}

/**
 * Starts a program in a session of its own, its identity on disk at `options.record` before it runs.
 * Returns when the program has replaced the launcher.
 * @throws HostError `spawn-failed`; no record is left then
 */
export async function launch(argv: readonly string[], options: DetachedOptions): Promise<Launched> {
  assertLaunch(argv, options)
  await assertStartable(argv[0] ?? '', options)
  const temporary = `${options.record}.${randomBytes(6).toString('hex')}.tmp`
  const log = await openLog(options.log)
  try {
    const logStart = (await log.stat()).size
    const child = await spawnLauncher(argv, options, temporary, log)
    const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    child.unref()
    const [line, trouble] = splitOnce(await launcherAnswer(child), '\n')
    const identity = parseProcessIdentity(line)
    if (identity !== undefined && identity.pid === child.pid) {
      await programRuns(child, ended)
      if (!(await failedToBegin(child, options.record, line))) return { identity, child }
    }
    if (!hasExited(child)) sendSignal(-Number(child.pid), 'SIGKILL')
    await rm(temporary, { force: true })
    const said = trouble.trim() || (identity === undefined && line) || (await logTail(options.log, logStart))
    throw new HostError('spawn-failed', `cannot run ${String(argv[0])}: ${said}`, { cause: new Error(said) })
  } finally {
    await log.close()
  }
}

/** Says early, and with the system's own error, what the launcher could only say with exit code 126 or 127. */
export async function assertStartable(
  program: string,
  { cwd, env }: Pick<DetachedOptions, 'cwd' | 'env'>,
): Promise<void> {
  const fail = (error: unknown, what: string) =>
    new HostError('spawn-failed', `${String((error as NodeJS.ErrnoException).code)}: ${what}`, {
      cause: error,
    })
  try {
    await access(path.join(cwd, '.'), constants.X_OK)
    if (!(await stat(cwd)).isDirectory())
      throw Object.assign(new Error(`${cwd} is not a directory`), { code: 'ENOTDIR' })
  } catch (error) {
    throw fail(error, `cannot start in ${cwd}`)
  }
  // Without PATH the shell has a default of its own: let it look.
  if (!program.includes('/') && env['PATH'] === undefined) return
  const candidates = program.includes('/')
    ? [path.resolve(cwd, program)]
    : (env['PATH'] ?? '').split(':').map((directory) => path.resolve(cwd, directory, program))
  let first: unknown
  for (const candidate of candidates) {
    try {
      await access(candidate, constants.X_OK)
      if (!(await stat(candidate)).isFile())
        throw Object.assign(new Error(`${candidate} is no file`), { code: 'EACCES' })
      return
    } catch (error) {
      // What exists but may not be run says more than that it is missing elsewhere.
      if (first === undefined || (error as NodeJS.ErrnoException).code === 'EACCES') first = error
    }
  }
  throw fail(first, `cannot run ${program}`)
}

async function openLog(file: string): Promise<FileHandle> {
  const { O_WRONLY, O_APPEND, O_CREAT, O_NOFOLLOW } = constants
  let log: FileHandle | undefined
  try {
    log = await open(file, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW, 0o600)
    await log.chmod(0o600)
    return log
  } catch (error) {
    await log?.close()
    throw new HostError(
      'spawn-failed',
      `${String((error as NodeJS.ErrnoException).code)}: cannot open the log ${file}`,
      {
        cause: error,
      },
    )
  }
}

async function spawnLauncher(
  argv: readonly string[],
  options: DetachedOptions,
  temporary: string,
  log: FileHandle,
): Promise<ChildProcess> {
  try {
    const args = ['-c', LAUNCH_SCRIPT, 'sh', options.record, temporary, options.env['PWD'] ?? '', ...argv]
    const child = spawnWithoutMasters(['ignore', log.fd, log.fd, 'pipe'], (stdio) =>
      spawn(SHELL, args, { cwd: options.cwd, env: { ...options.env }, detached: true, stdio }),
    )
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', resolve)
      child.once('error', reject)
    })
    return child
  } catch (error) {
    throw new HostError(
      'spawn-failed',
      `${String((error as NodeJS.ErrnoException).code)}: cannot start ${String(argv[0])}`,
      {
        cause: error,
      },
    )
  }
}

/** What the launcher says until it closes its end: a record's line, or why there is none. */
async function launcherAnswer(child: ChildProcess): Promise<string> {
  const pipe = child.stdio[3] as Readable
  const late = setTimeout(
    () => pipe.destroy(new Error(`no answer for ${LAUNCH_LIMIT_MS} ms`)),
    LAUNCH_LIMIT_MS,
  )
  let answer = ''
  try {
    for await (const chunk of pipe.setEncoding('utf8')) answer = (answer + String(chunk)).slice(0, 4_096)
  } catch (error) {
    answer = String(error)
  } finally {
    clearTimeout(late)
    pipe.destroy()
  }
  return answer
}

/** The pipe closes a moment before the program takes the launcher's place, and also when it can't. */
async function programRuns(child: ChildProcess, ended: Promise<void>): Promise<void> {
  for (;;) {
    const commandLine = await readFile(`/proc/${String(child.pid)}/cmdline`, 'utf8').catch(() => '')
    const isLauncher = commandLine.startsWith(`${SHELL}\0-c\0${LAUNCH_SCRIPT}\0`)
    if (commandLine !== '' && !isLauncher) return
    // A dead process has no command line, and one that is in the middle of an exec has none for an instant.
    if (commandLine === '' && !(await runs(child))) return whileReferenced(child, ended)
    await delay(1)
  }
}

async function runs(child: ChildProcess): Promise<boolean> {
  const stat = await readProcessStat(Number(child.pid))
  return stat !== undefined && isRunning(stat)
}

async function whileReferenced(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.ref()
  await ended
  child.unref()
}

/** A program may itself exit with 127. Only the launcher leaves no record, or an old one. */
async function failedToBegin(child: ChildProcess, record: string, line: string): Promise<boolean> {
  if (child.exitCode === null || child.exitCode < 125) return false
  return (await readFile(record, 'utf8').catch(() => '')).trimEnd() !== line
}

function splitOnce(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator)
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)]
}

/** The end of what was added to the log since `start`. */
async function logTail(file: string, start: number): Promise<string> {
  let log: FileHandle | undefined
  try {
    log = await open(file, constants.O_RDONLY | constants.O_NOFOLLOW)
    const { size } = await log.stat()
    const from = Math.max(start, size - LOG_TAIL_BYTES)
    const { buffer, bytesRead } = await log.read(Buffer.alloc(LOG_TAIL_BYTES), 0, LOG_TAIL_BYTES, from)
    return buffer.toString('utf8', 0, bytesRead).trim().slice(-1_000) || 'no message'
  } catch {
    return 'no message'
  } finally {
    await log?.close()
  }
}
