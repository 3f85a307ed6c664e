import { once } from 'node:events'
import { mkdtemp, rm, rmdir } from 'node:fs/promises'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { DisposeStack } from '../dispose-stack.ts'

/** What a socket holds at most comes at once. */
const BUFFER_BYTES = 262_144
/** Some are on their way to the next program, one is with the reader, some are full, and one is being filled. */
const BUFFERS = 8

/** A piece of an output. Whoever has it may write into it. */
export interface LentChunk {
  readonly bytes: Buffer
  /** Nobody will read it any more. Until then no other piece has its memory. */
  readonly giveBack: () => void
}

/**
 * A program's output in few large buffers, used again and again. What Node offers allocates 64 KiB for every read: for
 * some hundred megabytes that, and the collecting of it, costs more than the reading.
 */
export class BulkPipe {
  /** For the program: give it to `spawn` as one of its `stdio`, then call `started`. */
  readonly programEnd: Socket
  readonly #ourEnd: Socket
  readonly #ring: Ring

  private constructor(programEnd: Socket, ourEnd: Socket, ring: Ring) {
    this.programEnd = programEnd
    this.#ourEnd = ourEnd
    this.#ring = ring
    ring.onRoom = () => void ourEnd.resume()
    ourEnd.once('close', () => ring.end())
    programEnd.on('error', () => undefined)
  }

  /** Whoever opens it destroys it. @throws NodeJS.ErrnoException when there is no place for a socket */
  static async open(): Promise<BulkPipe> {
    // Private, so that nobody else connects.
    const directory = await mkdtemp(path.join(tmpdir(), 'x-pipe-'))
    const address = path.join(directory, 's')
    await using opening = new DisposeStack()
    // One by one: to remove them together takes a descriptor, of which none may be left.
    opening.defer(() => rmdir(directory))
    opening.defer(() => rm(address, { force: true }))
    const server = createServer({ pauseOnConnect: true })
    opening.defer(() => void server.close())
    server.listen(address)
    await once(server, 'listening')
    const ring = new Ring()
    const onread = { buffer: () => ring.next(), callback: (count: number) => ring.fill(count) }
    const gone = new AbortController()
    const accepted = once(server, 'connection', { signal: gone.signal }) as Promise<[Socket]>
    // Whoever awaits it below hears of a failure.
    accepted.catch(() => undefined)
    const ourEnd = await connected(address, onread)
    // Where no descriptor is left for the other end it is closed at once, and the server says nothing.
    ourEnd.once('close', () => gone.abort())
    try {
      const [programEnd] = await accepted
      return new BulkPipe(programEnd, ourEnd, ring)
    } catch (error) {
      ourEnd.destroy()
      throw error
    }
  }

  /** The program has its end: only when it closes that too, the output ends. */
  started(): void {
    this.programEnd.destroy()
  }

  /** When all that there are were lent, the program waits. Ends with the output, whatever ended it. */
  async *chunks(): AsyncGenerator<LentChunk> {
    for (;;) {
      const chunk = await this.#ring.take()
      if (chunk === undefined) return
      yield chunk
    }
  }

  destroy(): void {
    this.programEnd.destroy()
    this.#ourEnd.destroy()
  }
}

async function connected(
  address: string,
  onread: { readonly buffer: () => Uint8Array; readonly callback: (count: number) => boolean },
): Promise<Socket> {
  const socket = connect({ path: address, onread })
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  // Flowing, so that its end is told; it has no data but what goes to the ring.
  return socket.resume()
}

interface Loan {
  isBack: boolean
}

/** Buffers in turn: the one that is filled, then those that are lent in the order in which they were, then the full ones. */
class Ring {
  onRoom: () => void = () => undefined
  readonly #buffers = Array.from({ length: BUFFERS }, () => Buffer.allocUnsafeSlow(BUFFER_BYTES))
  readonly #full: Buffer[] = []
  /** The oldest first; those that were given back before it wait for it. */
  readonly #lent: Loan[] = []
  #filling = 0
  #hasEnded = false
  #wake: () => void = () => undefined

  /** The buffer to read into. */
  next(): Buffer {
    return this.#buffers[this.#filling] as Buffer
  }

  /** So many bytes were read. @returns whether there is a buffer for more */
  fill(count: number): boolean {
    this.#full.push(this.next().subarray(0, count))
    this.#filling = (this.#filling + 1) % BUFFERS
    this.#wake()
    return this.#hasRoom
  }

  end(): void {
    this.#hasEnded = true
    this.#wake()
  }

  /** @returns `undefined` at the end */
  async take(): Promise<LentChunk | undefined> {
    if (this.#full.length === 0 && !this.#hasEnded)
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    const bytes = this.#full.shift()
    if (bytes === undefined) return undefined
    const loan: Loan = { isBack: false }
    this.#lent.push(loan)
    return { bytes, giveBack: () => this.#takeBack(loan) }
  }

  #takeBack(loan: Loan): void {
    const hadRoom = this.#hasRoom
    const lentBefore = this.#lent.length
    loan.isBack = true
    while (this.#lent[0]?.isBack === true) this.#lent.shift()
    // The buffer that comes next is the one that was lent first.
    if (!hadRoom && this.#lent.length < lentBefore) this.onRoom()
  }

  get #hasRoom(): boolean {
    return this.#full.length + this.#lent.length < BUFFERS
  }
}
