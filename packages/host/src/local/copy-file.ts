import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, rm, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { assertAbsolute, assertMode } from '../assert-arguments.ts'
import type { CopyOptions, CopyResult } from '../copy.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { HostError } from '../errors.ts'
import { fileError } from './file-error.ts'
import { openRegular, readPieces } from './read-file.ts'
import { onEntryWithin, onTargetWithin } from './within.ts'
import { modeOf, syncDirectory } from './write-atomically.ts'

interface Ways {
  readonly options: CopyOptions
  readonly hostSignal: AbortSignal
  /** Which of both paths `within` is about. */
  readonly proved: 'from' | 'to'
}

/** As `HostFiles.copyIn` and `copyOut`, which are nearly the same on this machine. */
export async function copyFile(from: string, to: string, ways: Ways): Promise<CopyResult> {
  const { options, hostSignal, proved } = ways
  const { within, mode, signal } = options
  assertAbsolute('from', from)
  assertAbsolute('to', to)
  if (mode !== undefined) assertMode(mode)
  const check = (): void => {
    hostSignal.throwIfAborted()
    signal?.throwIfAborted()
  }
  const named = assertEntry(withoutTrailingSlash(to))
  check()
  const source = await naming('read', from, () =>
    onTargetWithin(proved === 'from' ? within : undefined, from, (place) => openRegular(place, from)),
  )
  try {
    return await naming('write', to, () =>
      onEntryWithin(proved === 'to' ? within : undefined, named, (target) =>
        copyHere(sourceOf(source, from, check), { from, named, target, options, check }),
      ),
    )
  } finally {
    await source.close()
  }
}

/** Where bytes come from; what it throws is thrown. */
export interface CopySource {
  sum(): Promise<Content>
  pieces(start: number, end: number): AsyncIterable<Uint8Array>
}

export interface Copy {
  readonly from: string
  /** What messages call the target. */
  readonly named: string
  readonly target: string
  readonly options: CopyOptions
  /** Throws when the copy was given up. */
  readonly check: () => void
}

export interface Content {
  readonly bytes: number
  readonly sha256: string
}

/** Copies to this machine. */
export function copyHere(source: CopySource, copy: Copy): Promise<CopyResult> {
  return new FileCopy(source, copy).run()
}

function sourceOf(handle: FileHandle, from: string, check: () => void): CopySource {
  return {
    sum: () => naming('read', from, () => sumOf(handle, check)),
    pieces: (start, end) => readPieces(handle, start, end),
  }
}

/**
 * One copy: the source is read once to know its sum, and once to copy it; what has arrived is read back.
 *
 * The name of the part is made from target and sum, so that a later copy goes on only with what is of the same content.
 */
class FileCopy {
  readonly #source: CopySource
  readonly #copy: Copy

  constructor(source: CopySource, copy: Copy) {
    this.#source = source
    this.#copy = copy
  }

  async run(): Promise<CopyResult> {
    const { named, target, options } = this.#copy
    const { skipUnchanged = true, mode } = options
    const content = await this.#source.sum()
    if (skipUnchanged && (await this.#hasAlready(content))) {
      if (mode !== undefined) await naming('write', named, () => setMode(target, mode))
      this.#tell(content.bytes, content)
      return { ...content, skipped: true, resumedFrom: 0 }
    }
    const part = partOf(target, content)
    const resumedFrom = await naming('write', named, () => this.#fill(part, content))
    await naming('write', named, async () => {
      await rename(part, target).catch(async (error: unknown) => {
        // Another copy of the same content has taken the part along: it is whole, and in its place.
        if ((error as NodeJS.ErrnoException).code !== 'ENOENT' || !(await this.#hasAlready(content)))
          throw error
      })
      await syncDirectory(path.dirname(target))
    })
    return { ...content, skipped: false, resumedFrom }
  }

  /** @returns how much was there already */
  async #fill(part: string, content: Content): Promise<number> {
    const bits = this.#copy.options.mode ?? (await modeOf(this.#copy.target))
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
    const handle = await open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const found = await handle.stat()
      if (!found.isFile()) throw new HostError('io', `not a regular file: ${part}`)
      let start = found.size
      if (start > content.bytes || !(await this.#append(handle, start, content))) {
        // What an earlier copy has left is damaged.
        start = 0
        await handle.truncate(0)
        if (!(await this.#append(handle, 0, content)))
          throw new HostError('io', `the source changed while it was copied: ${this.#copy.from}`)
      }
      await handle.chmod(bits)
      await handle.sync()
      return start
    } catch (error) {
      if (error instanceof HostError && error.code === 'io') await rm(part, { force: true })
      throw error
    } finally {
      await handle.close()
    }
  }

  /** @returns whether all that is there then is the content */
  async #append(part: FileHandle, start: number, content: Content): Promise<boolean> {
    let at = start
    if (at > 0) this.#tell(at, content)
    for await (const piece of this.#source.pieces(start, content.bytes)) {
      this.#copy.check()
      for (let written = 0; written < piece.length;) {
        written += (await part.write(piece, written, piece.length - written, at + written)).bytesWritten
      }
      at += piece.length
      this.#tell(at, content)
    }
    this.#copy.check()
    if (content.bytes === 0) this.#tell(0, content)
    return isSame(await sumOf(part, this.#copy.check), content)
  }

  async #hasAlready(content: Content): Promise<boolean> {
    const { target } = this.#copy
    const found = await lstat(target).catch(() => undefined)
    if (found?.isFile() !== true || found.size !== content.bytes) return false
    const handle = await openRegular(target, target, constants.O_NOFOLLOW).catch(() => undefined)
    if (handle === undefined) return false
    try {
      return isSame(await sumOf(handle, this.#copy.check), content)
    } finally {
      await handle.close()
    }
  }

  #tell(bytes: number, content: Content): void {
    this.#copy.options.onProgress?.({ bytes, totalBytes: content.bytes })
  }
}

/** From its beginning to its end, or to `end`. */
export async function sumOf(
  handle: FileHandle,
  check: () => void,
  end: number = Number.MAX_SAFE_INTEGER,
): Promise<Content> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const piece of readPieces(handle, 0, end)) {
    check()
    hash.update(piece)
    bytes += piece.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

function isSame(one: Content, other: Content): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256
}

/** Short, whatever the target is called: a name ends at 255 bytes. */
export function partOf(target: string, content: Content): string {
  const name = createHash('sha256')
    .update(`${path.basename(target)}\0${content.sha256}`)
    .digest('hex')
  return path.join(path.dirname(target), `.${name.slice(0, 24)}.part`)
}

async function setMode(target: string, mode: number): Promise<void> {
  const handle = await openRegular(target, target, constants.O_NOFOLLOW)
  try {
    await handle.chmod(mode)
  } finally {
    await handle.close()
  }
}

/** What the file system says becomes a `HostError` that names the file; all else, a reason to give up included, stays. */
export async function naming<T>(verb: string, file: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    throw (error as NodeJS.ErrnoException | undefined)?.syscall === undefined
      ? error
      : fileError(error, verb, file)
  }
}
