import { createHash } from 'node:crypto'
import path from 'node:path'
import { ConfigError } from '../errors.ts'

/** Where the parts of one task lie on the worker. All but the socket are below `root`. */
export interface TaskPaths {
  readonly root: string
  /** What the agent may always write; the task's own, never the person's code. */
  readonly work: string
  /** `$HOME` of Codex: outside every writable root, since a nested `.codex` is not protected there. */
  readonly home: string
  readonly codexHome: string
  readonly run: string
  /** `$TMPDIR` of Codex and of its commands. */
  readonly temporary: string
  readonly launchRecord: string
  readonly processRecord: string
  /** There while and after the session is ended on purpose: who is still attached elsewhere must not start it anew. */
  readonly ended: string
  /** Messages that wait to be sent. */
  readonly queue: string
  readonly log: string
  /** Short: the path of a unix socket ends at 107 bytes. */
  readonly socket: string
}

/** Whether a task can have this name. */
export function isTaskId(name: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(name)
}

/** @throws ConfigError when `taskId` could leave its place in a path. */
export function assertTaskId(taskId: string): void {
  if (!isTaskId(taskId)) {
    throw new ConfigError(
      'taskId',
      '1 to 64 of A-Z a-z 0-9 . _ -, beginning with a letter or digit',
      JSON.stringify(taskId),
    )
  }
}

export function taskPaths(stateDir: string, taskId: string): TaskPaths {
  assertTaskId(taskId)
  const root = path.posix.join(stateDir, 'tasks', taskId)
  const run = path.posix.join(root, 'run')
  const home = path.posix.join(root, 'home')
  const hash = createHash('sha256').update(taskId).digest('hex').slice(0, 16)
  const socket = path.posix.join(stateDir, 's', `${hash}.sock`)
  if (Buffer.byteLength(socket) > 107) {
    throw new ConfigError('stateDir', 'short enough for a unix socket in it (107 bytes in all)', stateDir)
  }
  return {
    root,
    work: path.posix.join(root, 'work'),
    home,
    codexHome: path.posix.join(home, '.codex'),
    run,
    temporary: path.posix.join(run, 'tmp'),
    launchRecord: path.posix.join(run, 'launch.json'),
    processRecord: path.posix.join(run, 'process.json'),
    ended: path.posix.join(run, 'ended'),
    queue: path.posix.join(run, 'queue.json'),
    log: path.posix.join(run, 'codex.log'),
    socket,
  }
}
