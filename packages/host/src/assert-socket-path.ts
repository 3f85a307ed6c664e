import { assertAbsolute } from './assert-arguments.ts'

/** @throws TypeError unless a unix socket of that platform (Node's spelling) can have this name */
export function assertSocketPath(socketPath: string, platform: string): void {
  assertAbsolute('unix', socketPath)
  // `sun_path` is 108 bytes with its NUL on Linux, 104 on macOS and the BSDs.
  const most = platform === 'linux' ? 107 : 103
  const bytes = Buffer.byteLength(socketPath)
  if (bytes > most) {
    throw new TypeError(`expected a unix socket path of at most ${most} bytes, got ${bytes}: ${socketPath}`)
  }
}
