import { createHash, randomBytes, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { assertAbsolute, assertMode } from '../assert-arguments.ts'
import type { CopyOptions, CopyResult } from '../copy.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { HostError } from '../errors.ts'
import { copyHere, naming, partOf } from '../local/copy-file.ts'
import { openRegular } from '../local/read-file.ts'
import { hashOf, sumOf, type Content } from '../local/sum-file.ts'
import { execScript, type ScriptResult } from './exec-script.ts'
import type { SshConnection } from './ssh-connection.ts'
import { COPY_IN, DAMAGED, IDENTIFY_FILE, SUM_FILE } from './ssh-files-copy-scripts.ts'
import { READ_FILE } from './ssh-files-scripts.ts'
import { readPieces, RunningScript, shellScript } from './ssh-files-stream.ts'
import { untilAborted } from './until-aborted.ts'

/** What is read at once: each read is done by another thread, which costs. */
const PIECE_BYTES = 1024 * 1024
/** What is sent before the progress is told. */
const SENT_BYTES = 256 * 1024

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
  const { within = '' } = options
  // What still runs when the copy fails is waited for no longer.
  const ending = new AbortController()
  const { signal } = ending
  const relay = (): void => ending.abort(options.signal?.reason)
  options.signal?.addEventListener('abort', relay, { once: true })
  const ask = async (script: string): Promise<readonly [string, string]> => {
    const result = await execScript(connection, script, [from, within], { signal })
    const [bytes = '', word = ''] = must(result, 'read', from).stdout.toString().trim().split(' ')
    return [bytes, word]
  }
  const source = {
    async identify() {
      const [bytes, key] = await ask(IDENTIFY_FILE)
      return { bytes: Number(bytes), key }
    },
    async sum(): Promise<Content> {
      const [bytes, sha256] = await ask(SUM_FILE)
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
  try {
    return await naming('write', named, () =>
      copyHere(source, { from, named, target: named, options, check }),
    )
  } finally {
    options.signal?.removeEventListener('abort', relay)
    ending.abort()
  }
}

/** As `HostFiles.copyIn`. */
export async function copyToWorker(connection: SshConnection, paths: Paths, must: Must): Promise<CopyResult> {
  const target = assertCopy(paths)
  const { from, options } = paths
  const check = () => options.signal?.throwIfAborted()
  const source = await naming('read', from, () => openRegular(from))
  try {
    const { size: bytes } = await source.stat()
    const copy = { source, bytes, from, target, options, check }
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
  readonly bytes: number
  readonly from: string
  readonly target: string
  readonly options: CopyOptions
  readonly check: () => void
}

function scriptArguments({ bytes, target, options }: Copy): readonly string[] {
  const { mode, within = '' } = options
  const part = partOf(target)
  const own = `${part.slice(0, -'.part'.length)}.${randomBytes(6).toString('hex')}.part`
  const bits = mode === undefined ? '' : mode.toString(8)
  return [target, path.posix.dirname(target), part, own, bits, within, String(bytes)]
}

/** One copy to a worker. The source is summed while it is sent, unless there is something to compare it with before. */
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
    const { bytes, target, options, check } = this.#copy
    const line = await this.#running.firstLine()
    if (line === undefined) {
      await this.#end()
      throw new HostError('io', `the worker does not take ${target}`)
    }
    const [, there = '-', partBytes, partSum = ''] = line.split(' ')
    let start: { readonly at: number; readonly hash: Hash }
    let sha256: string
    try {
      check()
      const same = (options.skipUnchanged ?? true) && there !== '-' ? await this.#sum(bytes) : undefined
      if (same === there) {
        this.#running.end('skip')
        await this.#end()
        this.#tell(bytes)
        return { bytes, sha256: there, skipped: true, resumedFrom: 0 }
      }
      start = await this.#agreedStart(Number(partBytes), partSum)
      this.#running.say(start.at > 0 ? 'keep' : 'drop')
      sha256 = await this.#send(start.at, start.hash)
    } catch (error) {
      // All that was told to have arrived is taken, and kept for the next copy.
      this.#running.end()
      await this.#running.exited
      throw error
    }
    this.#running.end(`end ${sha256}`)
    await this.#end()
    return { bytes, sha256, skipped: false, resumedFrom: start.at }
  }

  async #sum(bytes: number): Promise<string> {
    return (await sumOf(this.#copy.source, this.#copy.check, bytes)).sha256
  }

  /** With the sum of what is there already. */
  async #agreedStart(
    partBytes: number,
    partSum: string,
  ): Promise<{ readonly at: number; readonly hash: Hash }> {
    const { source, bytes, check } = this.#copy
    if (partBytes > 0 && partBytes <= bytes) {
      const { hash } = await hashOf(source, check, partBytes)
      if (hash.copy().digest('hex') === partSum) return { at: partBytes, hash }
    }
    return { at: 0, hash: createHash('sha256') }
  }

  /** @returns the sum of all */
  async #send(start: number, hash: Hash): Promise<string> {
    const { source, bytes, from: named, check } = this.#copy
    let at = start
    if (at > 0 || bytes === 0) this.#tell(at)
    for await (const piece of readAhead(source, start, bytes)) {
      for (let from = 0; from < piece.length; from += SENT_BYTES) {
        const sent = piece.subarray(from, from + SENT_BYTES)
        check()
        hash.update(sent)
        // How it ended tells why.
        if (!(await this.#running.send(sent))) return ''
        at += sent.length
        this.#tell(at)
      }
    }
    check()
    if (at < bytes) throw new HostError('io', `the source became shorter while it was copied: ${named}`)
    return hash.digest('hex')
  }

  #tell(bytes: number): void {
    this.#copy.options.onProgress?.({ bytes, totalBytes: this.#copy.bytes })
  }

  /** @throws HostError when it ended otherwise than well */
  async #end(): Promise<void> {
    const result = await this.#running.result()
    if (result.exitCode === DAMAGED)
      throw new HostError('io', `not what was sent has arrived: cannot copy to ${this.#copy.target}`)
    this.#must(result, 'write', this.#copy.target)
  }
}

/**
 * As `readPieces`, but a piece is good until the next one is asked for, and that one is read meanwhile. A fresh buffer for
 * each would have the garbage collector go through the whole heap every few pieces.
 */
async function* readAhead(source: FileHandle, start: number, end: number): AsyncGenerator<Buffer, void> {
  const [one, other] = [Buffer.allocUnsafe(PIECE_BYTES), Buffer.allocUnsafe(PIECE_BYTES)]
  const read = async (into: Buffer, at: number): Promise<Buffer> => {
    const { bytesRead } = await source.read(into, 0, Math.min(into.length, end - at), at)
    return into.subarray(0, bytesRead)
  }
  let [buffer, spare] = [one, other]
  let next = read(buffer, start)
  try {
    for (let at = start; at < end;) {
      const piece = await next
      if (piece.length === 0) return
      at += piece.length
      ;[buffer, spare] = [spare, buffer]
      next = read(buffer, at)
      // It may fail while nobody waits for it.
      next.catch(() => undefined)
      yield piece
    }
  } finally {
    await next.catch(() => undefined)
  }
}
