import { randomUUID } from 'node:crypto'
import path from 'node:path'
import type { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import type { RunningProcess } from '../running-process.ts'
import { GUARD_SCRIPT } from './guard-script.ts'
import { isLost, lost, programError, readLines, startProgram } from './run-program.ts'

/** A private directory beside the target of a restore, and the way to put it in the target's place. */
export interface RestoreGuard extends AsyncDisposable {
  /** Absolute. Empty at first; on the file system of the target. */
  readonly directory: string
  /** Names that differ in case only are one file there. */
  readonly foldsCase: boolean
  /** The way to the machine was cut, which has removed the directory: whatever fails after that fails for it. */
  readonly isLost: boolean
  /**
   * Puts the directory in the target's place, and removes what was there.
   * @param mode of the directory: one that its owner may not change cannot be moved, and gets its mode after that
   * @throws HostError when the old content had to stay
   */
  swap(mode?: number): Promise<void>
}

/**
 * Begins a restore of `target`: sweeps what killed ones have left beside it, and makes the private directory. Disposing
 * it without a swap removes that directory. So does the machine itself when the way to it is cut.
 */
export async function openRestoreGuard(host: ArchiveHost, target: string): Promise<RestoreGuard> {
  const parent = path.posix.dirname(target)
  const base = path.posix.basename(target)
  const stage = `.${base}.x-restore-${randomUUID()}`
  const argv = ['sh', '-c', GUARD_SCRIPT, 'sh', base, stage]
  // Without the caller's signal: it tidies up and ends by itself when its input ends.
  const program = await startProgram(host, argv, { cwd: parent, stdin: 'pipe' })
  const guard = new Guard(program, path.posix.join(parent, stage, 'new'), target)
  try {
    await guard.ready()
    return guard
  } catch (error) {
    await guard[Symbol.asyncDispose]()
    throw error
  }
}

class Guard implements RestoreGuard {
  readonly directory: string
  foldsCase = false
  isLost = false
  readonly #program: RunningProcess
  readonly #target: string
  readonly #lines: AsyncGenerator<string>
  #said = ''
  #closing: Promise<void> | undefined

  constructor(program: RunningProcess, directory: string, target: string) {
    this.#program = program
    this.directory = directory
    this.#target = target
    this.#lines = lines(program)
    void readLines(program.stderr, (line) => (this.#said = line))
    void program.exited.then((exit) => (this.isLost = isLost(exit)))
  }

  async ready(): Promise<void> {
    const word = await this.#next()
    if (word !== 'ready exact' && word !== 'ready folds') throw await this.#failed('cannot begin to restore')
    this.foldsCase = word === 'ready folds'
  }

  async swap(mode?: number): Promise<void> {
    this.#program.stdin?.end(`swap ${mode === undefined ? '' : mode.toString(8)}\n`)
    if ((await this.#next()) !== 'done') throw await this.#failed('cannot replace')
    // What was there is being removed; a failure of that is swept by the next restore.
    await this.#program.exited
  }

  [Symbol.asyncDispose](): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#program.stdin?.end()
    await this.#program.exited
    await this.#program.close()
  }

  async #next(): Promise<string | undefined> {
    const next = await this.#lines.next()
    return next.done === true ? undefined : next.value
  }

  async #failed(what: string): Promise<HostError> {
    this.#program.stdin?.end()
    const exit = await this.#program.exited
    if (isLost(exit)) return lost(`${what} ${this.#target}`)
    return programError(`${what} ${this.#target}`, this.#said)
  }
}

async function* lines(program: RunningProcess): AsyncGenerator<string> {
  let rest = ''
  for await (const chunk of program.stdout) {
    const whole = (rest + (chunk as Buffer).toString('latin1')).split('\n')
    rest = whole.pop() ?? ''
    yield* whole
  }
}
