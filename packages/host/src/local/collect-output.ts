import type { Readable } from 'node:stream'

/** After the exit, how long a silent pipe that something else still holds is listened to. */
const SILENCE_MS = 250
/** After the exit, how long a pipe is listened to at most, however much is said. */
const LONGEST_MS = 2_000

export interface Output {
  /** Resolves when the stream has ended, or when its holder is somebody other than the program that has exited. */
  endsAfterExit(): Promise<void>
  /** What was read, decoded as UTF-8; bytes that are no UTF-8 become U+FFFD. */
  text(): string
  abandon(): void
}

/**
 * Reads a pipe of a child into memory from now on; calls `onTooLarge` once when there are more than `maxBytes`.
 *
 * A grandchild may keep the pipe open for ever. All that the program itself wrote is in the pipe when it exits, so that
 * after the exit 250 ms of silence, or 2 s of talk by somebody else, end the reading.
 */
export function collectOutput(stream: Readable | null, maxBytes: number, onTooLarge: () => void): Output {
  const chunks: Buffer[] = []
  let bytes = 0
  let ended = stream === null
  let wake = (): void => undefined
  stream?.on('data', (chunk: Buffer) => {
    if (bytes > maxBytes) return
    bytes += chunk.length
    if (bytes > maxBytes) onTooLarge()
    else chunks.push(chunk)
  })
  const end = () => {
    ended = true
    wake()
  }
  stream?.once('end', end).once('close', end).once('error', end)

  return {
    async endsAfterExit() {
      const giveUpAt = performance.now() + LONGEST_MS
      for (let seen = -1; !ended && seen !== bytes && performance.now() < giveUpAt;) {
        seen = bytes
        await new Promise<void>((resolve) => {
          wake = resolve
          // The timer may be late because the event loop was busy: let it read what has come before judging.
          setTimeout(() => setImmediate(resolve), SILENCE_MS).unref()
        })
      }
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
    abandon() {
      stream?.destroy()
    },
  }
}

/** Resolves when all of it was read, as far as it is waited for after the program's exit. */
export async function readToEnd(outputs: readonly Output[]): Promise<void> {
  await Promise.all(outputs.map((output) => output.endsAfterExit()))
}
