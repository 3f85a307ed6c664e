/** Where the hashes of the cookies that let browsers in are kept, so that a restart logs nobody out. */
export interface CookieJar {
  /** SHA-256 as hex, oldest first. Asked once, when the server opens. */
  read(): Promise<readonly string[]>
  /** Replaces what is kept. Calls don't overlap. */
  write(hashes: readonly string[]): Promise<void>
}
