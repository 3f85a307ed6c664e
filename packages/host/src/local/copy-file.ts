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
import { isSame, sumOf, type Content } from './sum-file.ts'
import { onEntryWithin, onTargetWithin } from './within.ts'
import { modeOf, syncDirectory } from './write-atomically.ts'
import { inBatches, writeAll } from './write-batches.ts'

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
  /** The key changes when the content does: so a later copy knows what it may go on with. */
  identify(): Promise<{ readonly bytes: number; readonly key: string }>
  /** Asked once at most, and perhaps while the pieces come. */
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

/** Copies to this machine. */
export function copyHere(source: CopySource, copy: Copy): Promise<CopyResult> {
  return new FileCopy(source, copy).run()
}

function sourceOf(handle: FileHandle, from: string, check: () => void): CopySource {
  const sum = () => naming('read', from, () => sumOf(handle, check))
  let first: Promise<Content> | undefined
  return {
    async identify() {
      const { bytes, sha256 } = await (first = sum())
      return { bytes, key: sha256 }
    },
    sum: async () => first ?? sum(),
    pieces: (start, end) => readPieces(handle, start, end),
  }
}

/** Parts that are being written, by device and inode, and whether more than one copy writes there. */
const underWay = new Map<string, { copies: number; isShared: boolean }>()

/**
 * One copy. What arrives is summed while it is written; it is read back behind a part that was there, and where another
 * copy has written to the same part.
 *
 * The name of the part is made from target and source, so that a later copy goes on only with what is of the same content.
 */
class FileCopy {
  readonly #source: CopySource
  readonly #copy: Copy
  #content: Promise<Content> | undefined

  constructor(source: CopySource, copy: Copy) {
    this.#source = source
    this.#copy = copy
  }

  async run(): Promise<CopyResult> {
    const { named, target, options } = this.#copy
    const { skipUnchanged = true, mode } = options
    const { bytes, key } = await this.#source.identify()
    if (skipUnchanged && (await this.#mayHave(bytes)) && (await this.#hasAlready(await this.#wanted()))) {
      if (mode !== undefined) await naming('write', named, () => setMode(target, mode))
      this.#tell(bytes, bytes)
      return { ...(await this.#wanted()), skipped: true, resumedFrom: 0 }
    }
    const part = partOf(target, key)
    const resumedFrom = await naming('write', named, () => this.#fill(part, bytes))
    const content = await this.#wanted()
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

  async #wanted(): Promise<Content> {
    this.#content ??= this.#source.sum()
    return this.#content
  }

  /** @returns how much was there already */
  async #fill(part: string, bytes: number): Promise<number> {
    const bits = this.#copy.options.mode ?? (await modeOf(this.#copy.target))
    const { O_RDWR, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants
    const handle = await open(part, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600)
    try {
      const found = await handle.stat()
      if (!found.isFile()) throw new HostError('io', `not a regular file: ${part}`)
      const start = await this.#alone(`${found.dev}:${found.ino}`, (isShared) =>
        this.#complete(handle, { start: found.size, bytes, isShared }),
      )
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

  /** Tells `work` whether another copy writes to the same file, which may become so while it works. */
  async #alone<T>(file: string, work: (isShared: () => boolean) => Promise<T>): Promise<T> {
    const known = underWay.get(file)
    const state = known ?? { copies: 0, isShared: false }
    if (known === undefined) underWay.set(file, state)
    else known.isShared = true
    state.copies += 1
    try {
      return await work(() => state.isShared)
    } finally {
      state.copies -= 1
      if (state.copies === 0) underWay.delete(file)
    }
  }

  /** @returns how much of what was there has stayed */
  async #complete(part: FileHandle, { start, bytes, isShared }: Filling): Promise<number> {
    if (start <= bytes && (await this.#append(part, { start, bytes, isShared }))) return start
    // What an earlier copy has left is damaged.
    await part.truncate(0)
    if (!(await this.#append(part, { start: 0, bytes, isShared })))
      throw new HostError('io', `the source changed while it was copied: ${this.#copy.from}`)
    return 0
  }

  /** @returns whether all that is there then is the content */
  async #append(part: FileHandle, { start, bytes, isShared }: Filling): Promise<boolean> {
    // The other side sums while this one writes.
    const wanted = this.#wanted()
    wanted.catch(() => undefined)
    const hash = createHash('sha256')
    let at = start
    if (at > 0 || bytes === 0) this.#tell(at, bytes)
    for await (const pieces of inBatches(this.#source.pieces(start, bytes))) {
      this.#copy.check()
      if (start === 0) for (const piece of pieces) hash.update(piece)
      at += await writeAll(part, pieces, at)
      this.#tell(at, bytes)
    }
    this.#copy.check()
    const content = await wanted
    if (start === 0 && !isShared()) return isSame({ bytes: at, sha256: hash.digest('hex') }, content)
    return isSame(await sumOf(part, this.#copy.check), content)
  }

  async #mayHave(bytes: number): Promise<boolean> {
    const found = await lstat(this.#copy.target).catch(() => undefined)
    return found?.isFile() === true && found.size === bytes
  }

  async #hasAlready(content: Content): Promise<boolean> {
    const { target } = this.#copy
    if (!(await this.#mayHave(content.bytes))) return false
    const handle = await openRegular(target, target, constants.O_NOFOLLOW).catch(() => undefined)
    if (handle === undefined) return false
    try {
      return isSame(await sumOf(handle, this.#copy.check), content)
    } finally {
      await handle.close()
    }
  }

  #tell(bytes: number, totalBytes: number): void {
    this.#copy.options.onProgress?.({ bytes, totalBytes })
  }
}

interface Filling {
  /** How much is there. */
  readonly start: number
  readonly bytes: number
  readonly isShared: () => boolean
}

/**
 * Short, whatever the target is called: a name ends at 255 bytes.
 * @param key what only the same content has; without it whoever goes on compares
 */
export function partOf(target: string, key = ''): string {
  const name = createHash('sha256')
    .update(`${path.basename(target)}\0${key}`)
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
