import type { Readable } from 'node:stream'

/** The next line of a stream, without its newline. What follows it stays in the stream. @throws Error when it ends first */
export async function nextLine(stream: Readable): Promise<string> {
  const pieces: Buffer[] = []
  for (;;) {
    // Not `for await`: leaving it would destroy the stream.
    const piece = stream.read() as Buffer | null
    if (piece === null) {
      if (stream.readableEnded || stream.destroyed)
        throw new Error(`the stream ended after ${JSON.stringify(String(Buffer.concat(pieces)))}`)
      await readable(stream)
      continue
    }
    const end = piece.indexOf(0x0a)
    pieces.push(end < 0 ? piece : piece.subarray(0, end))
    if (end < 0) continue
    if (end + 1 < piece.length) stream.unshift(piece.subarray(end + 1))
    return Buffer.concat(pieces).toString('utf8')
  }
}

async function readable(stream: Readable): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stream.off('readable', done).off('end', done).off('close', done)
      resolve()
    }
    stream.on('readable', done).on('end', done).on('close', done)
  })
}
