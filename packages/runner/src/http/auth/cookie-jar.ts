/** A browser that was let in. Nothing of it can be used to log in. */
export interface KeptLogin {
  /** SHA-256 of the cookie's value as hex. */
  readonly hash: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** Where logins are kept, so that a restart logs nobody out. */
export interface CookieJar {
  /** Oldest first. Asked once, when the server opens. */
  read(): Promise<readonly KeptLogin[]>
  /** Replaces what is kept. Calls don't overlap. */
  write(logins: readonly KeptLogin[]): Promise<void>
}
