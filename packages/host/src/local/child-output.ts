import { Readable } from 'node:stream'

const READ_AHEAD_BYTES = 64 * 1024

export interface ChildOutput {
  readonly output: Readable
  /** From now on nothing is kept: a program that ends can say its last words without being held up. */
  discard(): void
}

/**
 * The output of a child as a stream of its own. When a child exits, Node throws away what nobody has begun to read from
 * its pipes, and lets them flow without back-pressure; a stream in between keeps it.
 */
export function childOutput(pipe: Readable): ChildOutput {
  let isDiscarded = false
  const output = new Readable({
    highWaterMark: READ_AHEAD_BYTES,
    read: () => void pipe.resume(),
    destroy(error, done) {
      pipe.destroy()
      done(error)
    },
  })
  pipe.on('data', (chunk: Buffer) => {
    if (!isDiscarded && !output.push(chunk)) pipe.pause()
  })
  const end = (): void => void output.push(null)
  pipe.once('end', end).once('close', end)
  // Its end tells enough; an error that nobody listens to would end us.
  pipe.on('error', () => undefined)
  output.on('error', () => undefined)
  return {
    output,
    discard() {
      isDiscarded = true
      pipe.resume()
    },
  }
}
