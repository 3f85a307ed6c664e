import type { CopyOptions, CopyResult } from './copy.ts'

export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'other'
  readonly size: number
  /** Permission bits only, e.g. `0o600`. */
  readonly mode: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
  readonly uid: number
}

export type FileData = string | Uint8Array | AsyncIterable<Uint8Array | string>

export interface ReadStreamOptions extends WithinOptions {
  /** First byte. One beyond the end gives nothing. @default 0 */
  readonly start?: number
  /** First byte that is left out. @default the end of the file */
  readonly end?: number
  /** Ends it: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal
}

export interface WithinOptions {
  /**
   * An absolute directory in which the path must lie when all symlinks on the way have been resolved; those that lead to
   * another place inside are followed. What leads out is refused with `outside`, without a gap between the check and the
   * use: the agent that works in that directory may move things at the same time. (Where there is no `/proc` there is
   * such a gap.) The path must end in a name, not in `.` or `..`.
   * @default anywhere
   */
  readonly within?: string
}

/**
 * Files of a machine. Paths are absolute; a relative one is a `TypeError` before any I/O. Failures are `HostError`s by code.
 * A trailing slash means nothing: `link/` is the link. What is written, removed or renamed must end in a name, not in `.` or `..`.
 */
export interface HostFiles {
  /**
   * Reads a regular file; symlinks are followed.
   * @throws HostError `not-found`; `too-large` (default limit 64 MiB); `io` for anything but a regular file, without waiting for a FIFO
   */
  read(path: string, options?: WithinOptions & { readonly maxBytes?: number }): Promise<Uint8Array>
  /** As `read`, decoded as UTF-8; invalid bytes become U+FFFD. */
  readText(path: string, options?: WithinOptions & { readonly maxBytes?: number }): Promise<string>
  /**
   * As `read`, piece by piece and of any size: nothing is held but one piece. Leaving the loop closes the file.
   * @throws HostError when it is iterated
   */
  readStream(path: string, options?: ReadStreamOptions): AsyncIterable<Uint8Array>
  /**
   * Replaces a file atomically: temporary file beside it, fsync, rename, fsync of the directory. A reader sees the old
   * bytes or the new ones. A symlink is replaced, not followed. A failure leaves nothing behind. An iterable may be of
   * any size; when it throws, its error is thrown.
   * @param options.mode permission bits, exact whatever the umask is. Default: those of the file that it replaces, else 0600.
   * @throws HostError `no-space`, `permission-denied`, `not-found` when the directory is missing
   */
  write(path: string, data: FileData, options?: WithinOptions & { readonly mode?: number }): Promise<void>
  /** Does not follow a final symlink. `undefined` when there is nothing. */
  stat(path: string, options?: WithinOptions): Promise<FileStat | undefined>
  /** Names of the entries of a directory, sorted. @throws HostError `not-found`, `not-a-directory` */
  list(path: string): Promise<readonly string[]>
  /** Makes a directory and its parents, new ones with exactly `mode` (default 0700). An existing one is left as it is. */
  makeDirectory(path: string, options?: { readonly mode?: number }): Promise<void>
  /** Removes a file, or a directory with all in it. Never follows a symlink. Missing is fine. */
  remove(path: string, options?: WithinOptions): Promise<void>
  /** Moves a file or directory, replacing a file at `to`. Both lie on one file system. */
  rename(from: string, to: string): Promise<void>
  /** Resolves every symlink. @throws HostError `not-found` */
  realPath(path: string): Promise<string>
  /**
   * Paths below `within` that match, absolute and sorted. A pattern is relative: `*`, `?` and `[a-z]` never cross a `/`,
   * `**` as a whole segment is any number of directories. Names that begin with a dot are found only by a segment that
   * begins with one. Symlinks are found, but never followed; directories that may not be read are passed by. Nothing there is an empty list.
   * @throws TypeError for a pattern that is absolute, empty, or has `.`, `..` or nothing as a segment
   */
  glob(pattern: string, options: { readonly within: string }): Promise<readonly string[]>
  /**
   * What stands at the path, as `stat` tells it: at once, and again after each change; several changes may be told as
   * one, and now and then one is told that is none. For a directory, a name that comes or goes in it is a change. The
   * path need not exist. Leaving the loop closes it; closing the host ends it with `closed`.
   */
  watch(path: string, options?: { readonly signal?: AbortSignal }): AsyncIterable<FileStat | undefined>
  /**
   * Copies a file of *our* machine to this one: `from` is a path here, `to` one there. What arrives is checked by its
   * SHA-256 before it replaces what is there, in one step. A copy that is cut leaves a hidden `.part` beside the target,
   * with which the next one goes on. The directory must exist.
   * @throws HostError as `read` and `write`; `io` when the source changes meanwhile; the reason of `signal`
   */
  copyIn(from: string, to: string, options?: CopyOptions): Promise<CopyResult>
  /** As `copyIn`, the other way: `from` is a path on the machine, `to` one of ours. */
  copyOut(from: string, to: string, options?: CopyOptions): Promise<CopyResult>
}
