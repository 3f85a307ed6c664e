import { randomBytes } from 'node:crypto'
import path from 'node:path'
import { createAbortableIterator } from '../abortable-iterator.ts'
import { assertAbsolute, assertBytes, assertMode } from '../assert-arguments.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { HostError } from '../errors.ts'
import { parseGlobPath } from '../glob-path.ts'
import type { FileData, FileStat, HostFiles, ReadStreamOptions, WithinOptions } from '../host-files.ts'
import { parseStat } from './parse-stat.ts'
import { execScript, type ScriptOptions, type ScriptResult } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import { copyFromWorker, copyToWorker } from './ssh-files-copy.ts'
import { errnoOf, workerFileError } from './ssh-files-error.ts'
import { findArguments, FIND_FILES, isFound } from './ssh-files-glob.ts'
import {
  LIST_DIRECTORY,
  MAKE_DIRECTORY,
  NOT_REGULAR,
  OUTSIDE,
  READ_FILE,
  REAL_PATH,
  REMOVE_ENTRY,
  RENAME_ENTRY,
  STAT_ENTRY,
  TOO_LARGE,
  WRITE_FILE,
  WRITE_PIECES,
} from './ssh-files-scripts.ts'
import { readPieces, shellScript, writePieces } from './ssh-files-stream.ts'
import { FileWatch } from './ssh-files-watch.ts'

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024
/** The worker reads in blocks, and so up to one more than was asked for. */
const BLOCK_BYTES = 128 * 1024

/**
 * The files of a worker, each operation by one script there. Calls end with the connection: a write that was cut off
 * has replaced the file or left no trace, but which of both is not known.
 */
export function createSshFiles(connection: SshConnection): HostFiles {
  const worker = new WorkerFiles(connection)
  const watches = new FileWatch(connection, (file) => worker.stat(file))
  return {
    read: (file, options) => worker.read(file, options),
    readText: async (file, options) => (await worker.read(file, options)).toString('utf8'),
    readStream: (file, options) => worker.readStream(file, options),
    write: (file, data, options) => worker.write(file, data, options),
    stat: (file, options) => worker.stat(file, options),
    list: (directory) => worker.list(directory),
    makeDirectory: (directory, options) => worker.makeDirectory(directory, options?.mode),
    remove: (file, options) => worker.remove(file, options),
    rename: (from, to) => worker.rename(from, to),
    realPath: (file) => worker.realPath(file),
    glob: (pattern, options) => worker.glob(pattern, options.within),
    copyIn: async (from, to, options = {}) => copyToWorker(connection, { from, to, options }, must),
    copyOut: async (from, to, options = {}) => copyFromWorker(connection, { from, to, options }, must),
    watch: (file, { signal } = {}) => {
      const entry = assertFile(file)
      return {
        [Symbol.asyncIterator]: () =>
          createAbortableIterator([signal], (aborting) => watches.watch(entry, aborting)),
      }
    },
  }
}

class WorkerFiles {
  readonly #connection: SshConnection

  constructor(connection: SshConnection) {
    this.#connection = connection
  }

  async read(
    file: string,
    { maxBytes = DEFAULT_MAX_BYTES, within }: WithinOptions & { readonly maxBytes?: number } = {},
  ): Promise<Buffer> {
    assertBytes('maxBytes', maxBytes)
    const entry = assertFile(file, within)
    const args = [entry, within ?? '', '0', '', String(maxBytes)]
    const result = await this.#run(READ_FILE, args, { maxBytes: maxBytes + 2 * BLOCK_BYTES })
    if (result.exitCode === TOO_LARGE || result.stdout.length > maxBytes)
      throw new HostError('too-large', `more than ${maxBytes} bytes in ${entry}`)
    return must(result, 'read', entry).stdout
  }

  readStream(file: string, options: ReadStreamOptions = {}): AsyncIterable<Uint8Array> {
    const { start = 0, end, within, signal } = options
    assertBytes('start', start)
    if (end !== undefined) assertBytes('end', end)
    const entry = assertFile(file, within)
    const args = [entry, within ?? '', String(start), end === undefined ? '' : String(end), '']
    return {
      [Symbol.asyncIterator]: () =>
        createAbortableIterator([signal], (aborting) =>
          readPieces(this.#connection, shellScript(READ_FILE, args), aborting, (result) =>
            must(result, 'read', entry),
          ),
        ),
    }
  }

  async write(
    file: string,
    data: FileData,
    { mode, within }: WithinOptions & { readonly mode?: number } = {},
  ): Promise<void> {
    if (mode !== undefined) assertMode(mode)
    const entry = assertEntry(assertFile(file, within))
    const directory = path.posix.dirname(entry)
    const temporary = path.posix.join(directory, `.${randomBytes(9).toString('hex')}.tmp`)
    const args = [entry, directory, temporary, mode?.toString(8) ?? '', within ?? '']
    if (typeof data === 'string' || data instanceof Uint8Array) {
      const stdin = typeof data === 'string' ? Buffer.from(data) : data
      must(await this.#run(WRITE_FILE, [...args, String(stdin.length)], { stdin }), 'write', entry)
    } else {
      must(await writePieces(this.#connection, shellScript(WRITE_PIECES, args), data), 'write', entry)
    }
  }

  async stat(file: string, { within }: WithinOptions = {}): Promise<FileStat | undefined> {
    const entry = assertFile(file, within)
    const result = await this.#run(STAT_ENTRY, placeOf(entry, within))
    if (isMissing(result)) return undefined
    const found = parseStat(must(result, 'stat', entry).stdout.toString())
    if (found === undefined) throw new HostError('io', `no \`stat -c\` on the worker: cannot stat ${entry}`)
    return found
  }

  async list(directory: string): Promise<readonly string[]> {
    const entry = assertFile(directory)
    const result = await this.#run(LIST_DIRECTORY, [entry])
    const names = result.stdout
      .toString('utf8')
      .split('\0')
      .slice(0, -1)
      .map((name) => name.slice(name.lastIndexOf('/') + 1))
    // One that vanished while it was listed is a complaint and no failure.
    const hasVanished = names.length > 0 && errnoOf(result.stderr) === 'ENOENT'
    if (!hasVanished) must(result, 'list', entry)
    return names.sort()
  }

  async makeDirectory(directory: string, mode = 0o700): Promise<void> {
    assertMode(mode)
    const entry = assertFile(directory)
    const args = [entry.replace(/\/+/g, '/'), mode.toString(8)]
    must(await this.#run(MAKE_DIRECTORY, args), 'make', entry)
  }

  async remove(file: string, { within }: WithinOptions = {}): Promise<void> {
    const entry = assertEntry(assertFile(file, within))
    const result = await this.#run(REMOVE_ENTRY, placeOf(entry, within))
    if (!isMissing(result)) must(result, 'remove', entry)
  }

  async rename(from: string, to: string): Promise<void> {
    const entries = [from, to].map((file) => assertEntry(assertFile(file)))
    const directories = entries.map((entry) => path.posix.dirname(entry))
    must(await this.#run(RENAME_ENTRY, [...entries, ...directories]), 'rename', entries.join(' to '))
  }

  async realPath(file: string): Promise<string> {
    const entry = assertFile(file)
    return must(await this.#run(REAL_PATH, [entry]), 'resolve', entry)
      .stdout.toString()
      .replace(/\n$/, '')
  }

  async glob(pattern: string, within: string): Promise<readonly string[]> {
    const matcher = parseGlobPath(pattern)
    const entry = assertFile(within)
    const result = await this.#run(FIND_FILES, [entry, ...findArguments(pattern)])
    if (isMissing(result)) return []
    const base = entry === '/' ? '' : entry
    return must(result, 'search', entry)
      .stdout.toString('utf8')
      .split('\0')
      .slice(0, -1)
      .map((name) => name.slice('./'.length))
      .filter((name) => isFound(matcher, name))
      .map((name) => `${base}/${name}`)
      .sort()
  }

  async #run(script: string, args: readonly string[], options: ScriptOptions = {}): Promise<ScriptResult> {
    return execScript(this.#connection, script, args, options)
  }
}

function assertFile(file: string, within?: string): string {
  assertAbsolute('path', file)
  if (within === undefined) return withoutTrailingSlash(file)
  assertAbsolute('within', within)
  return assertEntry(withoutTrailingSlash(file))
}

/** For a script that goes to the entry's directory when it must prove where that is. */
function placeOf(entry: string, within: string | undefined): readonly string[] {
  if (within === undefined) return [entry]
  return [path.posix.basename(entry), within, path.posix.dirname(entry)]
}

function isMissing(result: ScriptResult): boolean {
  return result.exitCode !== 0 && ['ENOENT', 'ENOTDIR'].includes(errnoOf(result.stderr) ?? '')
}

/** @throws HostError by what the script said, unless it was a success */
function must(result: ScriptResult, verb: string, entry: string): ScriptResult {
  if (result.exitCode === 0) return result
  if (result.exitCode === NOT_REGULAR)
    throw new HostError('io', `not a regular file: cannot ${verb} ${entry}`)
  if (result.exitCode === OUTSIDE)
    throw new HostError('outside', `not where it must lie: cannot ${verb} ${entry}`)
  throw workerFileError(result, verb, entry)
}
