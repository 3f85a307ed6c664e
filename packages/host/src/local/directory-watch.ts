import { watch, type FSWatcher } from 'node:fs'
import { realpath, stat } from 'node:fs/promises'
import path from 'node:path'

/** Events may be missing (a network file system, a directory that gave way to another one): one look in so long. */
const LOOK_MS = 1_000
/** How often is looked when there is nothing that tells events: the directory is missing, or the kernel has no watch left. */
const BLIND_LOOK_MS = 200

interface Watched {
  readonly directory: string
  readonly inode: string
  readonly watcher: FSWatcher
}

/**
 * Tells when something may have happened to a file, by watching the directory: a watch on the file itself goes silent
 * when another one takes its place. Where the file is a symlink, the place where it leads is watched as well.
 */
export class DirectoryWatch implements Disposable {
  readonly #file: string
  #watched: Watched[] = []
  #isBlind = true
  #hasNews = true
  /** The path may lead elsewhere by now. */
  #isStale = true
  #isNamed = false
  #wake = (): void => undefined
  #timer: NodeJS.Timeout | undefined
  #timerMs = 0
  #signal: AbortSignal | undefined

  constructor(file: string) {
    this.#file = file
  }

  /**
   * Resolves when something may have happened since the last call, or when it is time to look anyway. The first call
   * resolves at once, and so does one after `signal` has aborted.
   * @returns whether an event told it, and nothing but an event
   */
  async wait(signal: AbortSignal): Promise<boolean> {
    if (!this.#hasNews && !signal.aborted) await this.#news(signal)
    const isTold = this.#hasNews && !this.#isStale
    this.#hasNews = false
    if (!this.#isStale || signal.aborted) return isTold
    this.#isStale = false
    await this.#renew()
    return false
  }

  /** True when an event has named the file itself, or something in it when it is a directory, since the last call. */
  takeNamed(): boolean {
    const isNamed = this.#isNamed
    this.#isNamed = false
    return isNamed
  }

  [Symbol.dispose](): void {
    for (const { watcher } of this.#watched) watcher.close()
    this.#watched = []
    clearTimeout(this.#timer)
    this.#signal?.removeEventListener('abort', this.#abort)
  }

  /** Timer and listener stay from one wait to the next: making them anew would delay what is told. */
  async #news(signal: AbortSignal): Promise<void> {
    if (this.#signal !== signal) {
      this.#signal?.removeEventListener('abort', this.#abort)
      signal.addEventListener('abort', this.#abort, { once: true })
      this.#signal = signal
    }
    const lookMs = this.#isBlind ? BLIND_LOOK_MS : LOOK_MS
    if (this.#timer !== undefined && this.#timerMs === lookMs) {
      this.#timer.refresh()
    } else {
      clearTimeout(this.#timer)
      this.#timer = setTimeout(this.#look, lookMs)
      this.#timerMs = lookMs
    }
    await new Promise<void>((resolve) => (this.#wake = resolve))
    this.#wake = () => undefined
  }

  readonly #look = (): void => {
    this.#isStale = true
    this.#wake()
  }

  readonly #abort = (): void => this.#wake()

  /** Afterwards what is watched is what the path leads to now. */
  async #renew(): Promise<void> {
    const real = await realpath(this.#file).catch(() => this.#file)
    const directories = [...new Set([path.dirname(this.#file), path.dirname(real), this.#file])]
    const wanted = await Promise.all(
      directories.map(async (directory) => ({ directory, inode: await inodeOf(directory) })),
    )
    const kept = this.#watched.filter((old) =>
      wanted.some(({ directory, inode }) => directory === old.directory && inode === old.inode),
    )
    for (const old of this.#watched) if (!kept.includes(old)) old.watcher.close()
    this.#watched = kept
    this.#isBlind = false
    for (const { directory, inode } of wanted) {
      if (kept.some((old) => old.directory === directory)) continue
      const watcher = inode === undefined ? undefined : this.#watch(directory)
      if (watcher !== undefined && inode !== undefined) this.#watched.push({ directory, inode, watcher })
      // Most often the path is no directory, and need not be one.
      else if (directory !== this.#file) this.#isBlind = true
    }
  }

  #watch(directory: string): FSWatcher | undefined {
    try {
      const watcher = watch(directory)
      watcher.on('change', (event, name: string | null) => {
        if (event === 'rename') this.#isStale = true
        if (directory === this.#file || name === null || name === path.basename(this.#file))
          this.#isNamed = true
        this.#tell()
      })
      watcher.on('error', () => {
        this.#isBlind = true
        this.#tell()
      })
      // What happened before the watch stood would be seen by nobody.
      this.#hasNews = true
      return watcher
    } catch {
      return undefined
    }
  }

  #tell(): void {
    this.#hasNews = true
    this.#wake()
  }
}

async function inodeOf(directory: string): Promise<string | undefined> {
  const found = await stat(directory, { bigint: true }).catch(() => undefined)
  return found?.isDirectory() === true ? `${found.dev}:${found.ino}` : undefined
}
