import { randomBytes } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { assertAbsolute, assertMode } from '../assert-arguments.ts'
import type { CopyOptions, CopyResult } from '../copy.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { HostError } from '../errors.ts'
import { copyHere, naming, partOf, sumOf, type Content } from '../local/copy-file.ts'
import { openRegular, readPieces as readLocalPieces } from '../local/read-file.ts'
import { execScript, type ScriptResult } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import { COPY_IN, DAMAGED, SUM_FILE } from './ssh-files-copy-scripts.ts'
import { READ_FILE } from './ssh-files-scripts.ts'
import { readPieces, RunningScript, shellScript } from './ssh-files-stream.ts'
import { untilAborted } from './until-aborted.ts'

/** Turns how a script ended into an error by its code, unless it was a success. */
export type Must = (result: ScriptResult, verb: string, entry: string) => ScriptResult

interface Paths {
  readonly from: string
  readonly to: string
  readonly options: CopyOptions
}

function assertCopy({ from, to, options }: Paths): string {
  assertAbsolute('from', from)
  assertAbsolute('to', to)
  if (options.mode !== undefined) assertMode(options.mode)
  if (options.within !== undefined) assertAbsolute('within', options.within)
  const target = assertEntry(withoutTrailingSlash(to))
  options.signal?.throwIfAborted()
  return target
}

/** As `HostFiles.copyOut`: the worker sums and sends, and the copying is that of this machine. */
export async function copyFromWorker(
  connection: SshConnection,
  paths: Paths,
  must: Must,
): Promise<CopyResult> {
  const { from, options } = paths
  const named = assertCopy(paths)
  const { within = '', signal = new AbortController().signal } = options
  const source = {
    async sum(): Promise<Content> {
      const result = await execScript(connection, SUM_FILE, [from, within], { signal })
      const [bytes, sha256 = ''] = must(result, 'read', from).stdout.toString().trim().split(' ')
      return { bytes: Number(bytes), sha256 }
    },
    pieces: (start: number, end: number) =>
      readPieces(
        connection,
        shellScript(READ_FILE, [from, within, String(start), String(end), '']),
        signal,
        (result) => must(result, 'read', from),
      ),
  }
  const check = () => signal.throwIfAborted()
  return naming('write', named, () => copyHere(source, { from, named, target: named, options, check }))
}

/** As `HostFiles.copyIn`. */
export async function copyToWorker(connection: SshConnection, paths: Paths, must: Must): Promise<CopyResult> {
  const target = assertCopy(paths)
  const { from, options } = paths
  const check = () => options.signal?.throwIfAborted()
  const source = await naming('read', from, () => openRegular(from))
  try {
    const content = await naming('read', from, () => sumOf(source, check))
    const copy = { source, content, target, options, check }
    const script = shellScript(COPY_IN, scriptArguments(copy))
    const channel = await connection.channel(script.line, options.signal && { signal: options.signal })
    const running = new RunningScript(channel, script)
    try {
      return await untilAborted(new CopyIn(running, copy, must).run(), [connection.lost])
    } finally {
      running.release()
    }
  } finally {
    await source.close()
  }
}

interface Copy {
  readonly source: FileHandle
  readonly content: Content
  readonly target: string
  readonly options: CopyOptions
  readonly check: () => void
}

function scriptArguments({ content, target, options }: Copy): readonly string[] {
  const { mode, within = '' } = options
  const part = partOf(target, content)
  const own = `${part.slice(0, -'.part'.length)}.${randomBytes(6).toString('hex')}.part`
  const bits = mode === undefined ? '' : mode.toString(8)
  return [target, path.posix.dirname(target), part, own, bits, within, String(content.bytes), content.sha256]
}

class CopyIn {
  readonly #running: RunningScript
  readonly #copy: Copy
  readonly #must: Must

  constructor(running: RunningScript, copy: Copy, must: Must) {
    this.#running = running
    this.#copy = copy
    this.#must = must
  }

  async run(): Promise<CopyResult> {
    const { content, options, check } = this.#copy
    const line = await this.#running.firstLine()
    if (line === undefined) {
      await this.#end()
      throw new HostError('io', `the worker does not take ${this.#copy.target}`)
    }
    const [, there, partBytes, partSum = ''] = line.split(' ')
    let resumedFrom: number
    try {
      check()
      if ((options.skipUnchanged ?? true) && there === content.sha256) {
        this.#running.end('skip')
        await this.#end()
        this.#tell(content.bytes)
        return { ...content, skipped: true, resumedFrom: 0 }
      }
      resumedFrom = await this.#agreedStart(Number(partBytes), partSum)
      this.#running.say(resumedFrom > 0 ? 'keep' : 'drop')
      await this.#send(resumedFrom)
    } catch (error) {
      // All that was told to have arrived is taken, and kept for the next copy.
      this.#running.end('failed')
      await this.#running.exited
      throw error
    }
    this.#running.end(`end ${content.bytes}`)
    await this.#end()
    return { ...content, skipped: false, resumedFrom }
  }

  async #agreedStart(bytes: number, sum: string): Promise<number> {
    const { source, content, check } = this.#copy
    if (!(bytes > 0 && bytes <= content.bytes)) return 0
    return (await sumOf(source, check, bytes)).sha256 === sum ? bytes : 0
  }

  async #send(start: number): Promise<void> {
    const { source, content, check } = this.#copy
    let at = start
    if (at > 0 || content.bytes === 0) this.#tell(at)
    for await (const piece of readLocalPieces(source, start, content.bytes)) {
      check()
      if (!(await this.#running.send(piece))) return
      at += piece.length
      this.#tell(at)
    }
    check()
  }

  #tell(bytes: number): void {
    this.#copy.options.onProgress?.({ bytes, totalBytes: this.#copy.content.bytes })
  }

  /** @throws HostError when it ended otherwise than well */
  async #end(): Promise<void> {
    const result = await this.#running.result()
    if (result.exitCode === DAMAGED)
      throw new HostError('io', `not what was sent has arrived: cannot copy to ${this.#copy.target}`)
    this.#must(result, 'write', this.#copy.target)
  }
}
