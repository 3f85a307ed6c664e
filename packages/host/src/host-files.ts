export interface FileStat {
  readonly type: 'file' | 'directory' | 'symlink' | 'socket' | 'fifo' | 'other'
  readonly size: number
  /** Permission bits only, e.g. `0o600`. */
  readonly mode: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
  readonly uid: number
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
  read(path: string, options?: { readonly maxBytes?: number }): Promise<Uint8Array>
  /** As `read`, decoded as UTF-8; invalid bytes become U+FFFD. */
  readText(path: string, options?: { readonly maxBytes?: number }): Promise<string>
  /**
   * Replaces a file atomically: temporary file beside it, fsync, rename, fsync of the directory. A reader sees the old
   * bytes or the new ones. A symlink is replaced, not followed. A failure leaves nothing behind.
   * @param options.mode permission bits, exact whatever the umask is. Default: those of the file that it replaces, else 0600.
   * @throws HostError `no-space`, `permission-denied`, `not-found` when the directory is missing
   */
  write(path: string, data: string | Uint8Array, options?: { readonly mode?: number }): Promise<void>
  /** Does not follow a final symlink. `undefined` when there is nothing. */
  stat(path: string): Promise<FileStat | undefined>
  /** Names of the entries of a directory, sorted. @throws HostError `not-found`, `not-a-directory` */
  list(path: string): Promise<readonly string[]>
  /** Makes a directory and its parents, new ones with exactly `mode` (default 0700). An existing one is left as it is. */
  makeDirectory(path: string, options?: { readonly mode?: number }): Promise<void>
  /** Removes a file, or a directory with all in it. Never follows a symlink. Missing is fine. */
  remove(path: string): Promise<void>
  /** Moves a file or directory, replacing a file at `to`. Both lie on one file system. */
  rename(from: string, to: string): Promise<void>
  /** Resolves every symlink. @throws HostError `not-found` */
  realPath(path: string): Promise<string>
}
