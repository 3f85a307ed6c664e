import type { LentChunk } from './bulk-pipe.ts'
import { decompress } from './decompress.ts'
import { leaveOnAbort } from './leave-on-abort.ts'

export interface OpenedArchiveOptions {
  readonly maxRatio: number
  readonly signal: AbortSignal | undefined
  /** Told of the bytes of each compressed chunk that was read. */
  readonly onBytes: (bytes: number) => void
}

/** What an archive holds, on its way. Whoever opens it disposes it: that ends the reading, wherever it is. */
export class OpenedArchive implements AsyncDisposable {
  readonly #chunks: AsyncGenerator<LentChunk>
  readonly #reading = new AbortController()
  readonly #signal: AbortSignal | undefined
  #first: Promise<IteratorResult<LentChunk>> | undefined

  /** Nothing is read yet. */
  constructor(source: AsyncIterable<Uint8Array>, { maxRatio, signal, onBytes }: OpenedArchiveOptions) {
    this.#signal = signal
    signal?.addEventListener('abort', this.#stop, { once: true })
    const input = counted(leaveOnAbort(source, this.#reading.signal), onBytes)
    this.#chunks = decompress(input, { maxRatio, signal })
  }

  /** Has some of it ready by the time when `chunks` is asked for it. */
  begin(): void {
    this.#first ??= this.#chunks.next()
    // Whoever reads hears of a failure.
    this.#first.catch(() => undefined)
  }

  /** Once. Each is given back by whoever reads. @throws as `decompress` */
  async *chunks(): AsyncGenerator<LentChunk> {
    this.begin()
    const first = await this.#first
    if (first === undefined || first.done === true) return
    yield first.value
    yield* this.#chunks
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#signal?.removeEventListener('abort', this.#stop)
    this.#reading.abort(new Error('nobody reads the archive any more'))
    // What was never begun would not hear that it is to end, nor would the source.
    this.begin()
    await this.#chunks.return(undefined)
  }

  /** Also while the source gives nothing. */
  readonly #stop = (): void => this.#reading.abort(this.#signal?.reason)
}

async function* counted(
  source: AsyncIterable<Uint8Array>,
  onBytes: (bytes: number) => void,
): AsyncGenerator<Uint8Array> {
  for await (const chunk of source) {
    onBytes(chunk.length)
    yield chunk
  }
}
