import { randomBytes } from 'node:crypto'
import { Transform, type TransformCallback } from 'node:stream'

/** What start files may say before our script speaks. */
const MAX_NOISE_BYTES = 1024 * 1024

/**
 * A mark that a script prints before anything else. The start files of the account's shell may print what they like,
 * the command line itself included: the text of `print` does not contain the mark.
 */
export interface Marker {
  /** The shell word that stands for the mark. */
  readonly word: string
  /** The mark as it appears in the output. */
  readonly text: string
}

export function createMarker(): Marker {
  const [head, tail] = [randomBytes(8).toString('hex'), randomBytes(8).toString('hex')]
  return { word: `${head}""${tail}`, text: head + tail }
}

/** Drops everything up to the line that begins with a mark, that line included, and lets through what follows. */
export class MarkerGate extends Transform {
  /** The rest of the mark's line; `undefined` when the stream ended without one. Never rejects. */
  readonly opened: Promise<string | undefined>
  /**
   * Whether the mark comes once more, and nothing before it: so a wrapper tells that it could not become the program.
   * Decided by the first piece behind the gate, or the end. Never rejects.
   */
  readonly failed: Promise<boolean>
  readonly #mark: Buffer
  #open!: (line: string | undefined) => void
  #noise: Buffer | undefined = Buffer.alloc(0)
  #fail!: (hasFailed: boolean) => void
  #isDecided = false

  /**
   * @param options.inPieces whoever iterates gets each piece as it came: else all that waits is copied together.
   * @default false
   */
  constructor(marker: Marker, { inPieces = false }: { readonly inPieces?: boolean } = {}) {
    super(
      inPieces
        ? { writableHighWaterMark: 256 * 1024, readableObjectMode: true, readableHighWaterMark: 8 }
        : { highWaterMark: 256 * 1024 },
    )
    this.#mark = Buffer.from(marker.text)
    this.opened = new Promise((resolve) => {
      this.#open = resolve
    })
    this.failed = new Promise((resolve) => {
      this.#fail = resolve
    })
    this.once('close', () => {
      this.#open(undefined)
      this.#fail(false)
    })
  }

  /** The end of what came before the mark: for a message when there is none. */
  get noise(): string {
    return (this.#noise ?? '').toString().trim().slice(-500)
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.#noise === undefined) {
      done(null, this.#passed(chunk))
      return
    }
    const seen = Buffer.concat([this.#noise, chunk])
    const at = seen.indexOf(this.#mark)
    const end = at < 0 ? -1 : seen.indexOf(0x0a, at)
    if (end < 0) {
      this.#noise = at < 0 && seen.length > MAX_NOISE_BYTES ? seen.subarray(-MAX_NOISE_BYTES / 2) : seen
      done()
      return
    }
    this.#noise = undefined
    this.#open(seen.toString('utf8', at + this.#mark.length, end))
    done(null, this.#passed(seen.subarray(end + 1)))
  }

  override _flush(done: TransformCallback): void {
    this.#open(undefined)
    this.#fail(false)
    done()
  }

  /** In object mode an empty piece would be one. */
  #passed(chunk: Buffer): Buffer | undefined {
    const passed = this.#decide(chunk)
    return passed.length === 0 ? undefined : passed
  }

  /** What the wrapper says is one short line, written at once: it comes in one piece. */
  #decide(chunk: Buffer): Buffer {
    if (this.#isDecided || chunk.length === 0) return chunk
    this.#isDecided = true
    const hasFailed = chunk.length === this.#mark.length + 1 && chunk.indexOf(this.#mark) === 0
    this.#fail(hasFailed)
    return hasFailed ? Buffer.alloc(0) : chunk
  }
}
