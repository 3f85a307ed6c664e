import { LineCutter } from './tail-lines.ts'
import type { TailOptions } from './tail.ts'

export const DEFAULT_MAX_LINE_BYTES = 32 * 1024 * 1024
/** So many bytes before the place where we go on must still be what we have read there: else it is another content. */
const MARK_BYTES = 128

/** A file that stays open when it is renamed or removed. */
export interface TailFile {
  /** Of no other file at the same time. */
  readonly identity: string
  size(): Promise<number>
  /** Fills the buffer from `start` on as far as there is something. @returns how many bytes */
  read(buffer: Buffer, start: number): Promise<number>
  /** The same while everything else waits: for what is in memory. */
  readNow?(buffer: Buffer, start: number): number
  close(): Promise<void>
}

/** What stands at a path. Both tell `undefined` when there is nothing, and throw for anything but a regular file. */
export interface TailPlace {
  open(): Promise<TailFile | undefined>
  identity(): Promise<string | undefined>
}

export type TailSettings = Required<Pick<TailOptions, 'from' | 'maxLineBytes'>> & {
  /** Of one piece, at most. */
  readonly readBytes: number
}

/**
 * Reads a path piece by piece: what stands there, and what takes its place later.
 *
 * *waiting*: there is no file; *reading*: one is open, and stays so when it is renamed or removed; *leaving*: the path
 * leads to another one, and what is left of the old one is read first.
 */
export class TailReader {
  readonly lines: LineCutter
  readonly #place: TailPlace
  readonly #buffer: Buffer
  /** Where the first file is begun; `undefined` once it was. */
  #from: number | 'end' | undefined
  #open: TailFile | undefined
  #next: TailFile | undefined
  #position = 0
  #mark = Buffer.alloc(0)

  constructor(place: TailPlace, settings: TailSettings) {
    this.#place = place
    this.#buffer = Buffer.allocUnsafe(settings.readBytes + MARK_BYTES)
    this.#from = settings.from
    this.lines = new LineCutter(settings.maxLineBytes)
  }

  /**
   * The next piece, in memory that the next call uses again; `undefined` when there is none now.
   * @param isFresh this machine has just written it: it is in memory, and read without another thread
   */
  async read(isFresh = false): Promise<Buffer | undefined> {
    if (this.#open === undefined) await this.#begin()
    else if (isFresh && this.#open.readNow) {
      const piece = this.#take(this.#open.readNow(this.#buffer, this.#position - this.#mark.length))
      if (piece !== undefined && piece !== 'restarted') return piece
    }
    while (this.#open !== undefined) {
      const piece = await this.#readOn(this.#open)
      if (piece !== undefined) return piece
      if (this.#next !== undefined) {
        await this.#moveOn(this.#open, this.#next)
        continue
      }
      this.#next = await this.#successor(this.#open)
      if (this.#next === undefined) return undefined
    }
    return undefined
  }

  async close(): Promise<void> {
    await Promise.all([this.#open?.close(), this.#next?.close()])
  }

  async #begin(): Promise<void> {
    this.#open = await this.#place.open()
    // What comes into being later is new as a whole.
    if (this.#open === undefined && this.#from === 'end') this.#from = 0
    if (this.#open === undefined || this.#from === undefined) return
    const size = await this.#open.size()
    this.#position = this.#from === 'end' ? size : this.#from
    this.#from = undefined
    this.lines.goTo(this.#position)
    if (this.#position > size) this.#restart()
    const markStart = Math.max(0, this.#position - MARK_BYTES)
    const mark = Buffer.alloc(this.#position - markStart)
    const bytesRead = await this.#open.read(mark, markStart)
    this.#mark = mark.subarray(0, bytesRead)
  }

  async #readOn(file: TailFile): Promise<Buffer | undefined> {
    for (;;) {
      const piece = this.#take(await file.read(this.#buffer, this.#position - this.#mark.length))
      if (piece !== 'restarted') return piece
    }
  }

  /**
   * What is new of so many bytes in the buffer. They begin with the mark: it and what follows it come by one read, so that
   * nothing can change in between.
   */
  #take(bytesRead: number): Buffer | 'restarted' | undefined {
    const mark = this.#mark
    const isSame = this.#buffer.subarray(0, Math.min(bytesRead, mark.length)).equals(mark)
    if (!isSame) {
      this.#restart()
      return 'restarted'
    }
    if (bytesRead === mark.length) return undefined
    this.#position += bytesRead - mark.length
    this.#mark = Buffer.from(this.#buffer.subarray(Math.max(0, bytesRead - MARK_BYTES), bytesRead))
    return this.#buffer.subarray(mark.length, bytesRead)
  }

  #restart(): void {
    if (this.#position > 0) this.lines.restart()
    this.#position = 0
    this.#mark = Buffer.alloc(0)
  }

  /** The file that the path leads to, when that is another one. A path that leads nowhere keeps the old one. */
  async #successor(current: TailFile): Promise<TailFile | undefined> {
    const found = await this.#place.identity()
    if (found === undefined || found === current.identity) return undefined
    return this.#place.open()
  }

  async #moveOn(old: TailFile, next: TailFile): Promise<void> {
    this.#open = next
    this.#next = undefined
    this.#restart()
    await old.close()
  }
}
