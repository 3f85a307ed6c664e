import { spawn, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { pipeline, type Readable, type Writable } from 'node:stream'
import { createGunzip } from 'node:zlib'
import { HostError } from '../errors.ts'
import { BulkPipe, type LentChunk } from './bulk-pipe.ts'
import { refuse } from './refuse.ts'
import { feed, readLines } from './run-program.ts'

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b])
/** Up to here no ratio is looked at. */
const FREE_BYTES = 256 * 1_048_576

interface Zstd {
  readonly child: ChildProcessByStdio<Writable, Readable | null, Readable>
  /** Rejects when there is no such program. */
  readonly exited: Promise<number | null>
}

export interface DecompressOptions {
  readonly maxRatio: number
  readonly signal?: AbortSignal | undefined
}

/**
 * What a compressed stream holds; whether zstd or gzip its first bytes tell. It ends only when the whole stream was good.
 * Whoever reads it gives each chunk back.
 *
 * zstd runs as a program on this machine: Node has it from version 22.15 on only, and a program uses the second core.
 * @throws HostError `archive-unsafe` for a stream that is damaged, cut, of another kind, or that grows without bounds;
 * `unsupported` when this machine has no zstd, `spawn-failed` when it can start no program now. What the source throws is
 * passed on.
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  { maxRatio, signal }: DecompressOptions,
): AsyncGenerator<LentChunk> {
  const input = await peek(source)
  const counted = { in: 0, out: 0 }
  async function* counting(): AsyncGenerator<Uint8Array> {
    for await (const chunk of input.stream) {
      counted.in += chunk.length
      yield chunk
    }
  }
  const kind = input.first.subarray(0, 4)
  const output = kind.equals(ZSTD_MAGIC)
    ? zstd(counting(), signal)
    : kind.subarray(0, 2).equals(GZIP_MAGIC)
      ? gunzip(counting())
      : undefined
  if (output === undefined) {
    await input.stream.return(undefined)
    throw refuse('it is neither zstd nor gzip')
  }
  for await (const chunk of output) {
    counted.out += chunk.bytes.length
    if (counted.out > FREE_BYTES && counted.out > counted.in * maxRatio)
      throw refuse(`it grows to more than ${maxRatio} times its size`)
    yield chunk
  }
}

/** The first bytes, and the stream with them. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ readonly first: Buffer; readonly stream: AsyncGenerator<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]()
  let first = Buffer.alloc(0)
  let isDone = false
  while (!isDone && first.length < ZSTD_MAGIC.length) {
    const next = await iterator.next()
    if (next.done === true) isDone = true
    else first = Buffer.concat([first, next.value])
  }
  async function* whole(): AsyncGenerator<Uint8Array> {
    try {
      if (first.length > 0) yield first
      while (!isDone) {
        const next = await iterator.next()
        if (next.done === true) isDone = true
        else yield next.value
      }
    } finally {
      if (!isDone) await iterator.return?.()
    }
  }
  return { first, stream: whole() }
}

async function* zstd(
  source: AsyncGenerator<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<LentChunk> {
  // Where a socket finds no place (temporary directories may be read-only, or their names too long) Node's way must do.
  const pipe = await BulkPipe.open().catch(() => undefined)
  const { child, exited } = await startZstd(pipe).catch((cause: unknown) => {
    pipe?.destroy()
    end(source)
    throw new HostError('spawn-failed', 'this machine cannot start zstd, and the archive needs it', { cause })
  })
  let said = ''
  const saying = readLines(child.stderr, (line) => (said = line))
  // Settled at once, so that a failure while nobody waits ends nothing.
  const feeding = feed(child.stdin, source).then(
    () => undefined,
    (reason: unknown) => ({ reason }),
  )
  try {
    yield* pipe?.chunks() ?? own(child.stdout as AsyncIterable<Buffer>)
    const failure = await feeding
    const exitCode = await exited.catch((cause: unknown) => {
      throw new HostError('unsupported', 'this machine cannot run zstd, and the archive needs it', { cause })
    })
    await saying
    signal?.throwIfAborted()
    if (failure !== undefined) throw failure.reason
    if (exitCode !== 0) throw refuse(`it is damaged or cut (${said})`)
  } finally {
    child.kill('SIGKILL')
    pipe?.destroy()
    child.stdin.destroy()
    end(source)
    await Promise.allSettled([exited, feeding])
  }
}

/** No host is needed for it: it reads and writes nothing but its pipes, and ends when they do. */
async function startZstd(pipe: BulkPipe | undefined): Promise<Zstd> {
  const child = spawn('zstd', ['-d', '-c', '-q'], { stdio: ['pipe', pipe?.programEnd ?? 'pipe', 'pipe'] })
  const { stdin, stderr } = child
  // When there are no descriptors left it has no pipes, and says so later.
  if (!stdin || !stderr) {
    const [cause] = (await once(child, 'error')) as [Error]
    throw cause
  }
  const exited = new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('exit', resolve)
  })
  exited.catch(() => undefined)
  stdin.on('error', () => undefined)
  pipe?.started()
  return { child: child as Zstd['child'], exited }
}

async function* gunzip(source: AsyncGenerator<Uint8Array>): AsyncGenerator<LentChunk> {
  let failure: { readonly reason: unknown } | undefined
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      yield* source
    } catch (reason) {
      failure = { reason }
      throw reason
    }
  }
  const output = createGunzip({ chunkSize: 65_536 })
  // The reader below hears of every failure.
  pipeline(watched, output, () => undefined)
  try {
    yield* own(output as AsyncIterable<Buffer>)
  } catch (cause) {
    if (failure !== undefined) throw failure.reason
    throw refuse('it is damaged or cut', undefined, { cause })
  } finally {
    output.destroy()
    end(source)
  }
}

/** Chunks that nobody else has or will use. */
async function* own(chunks: AsyncIterable<Buffer>): AsyncGenerator<LentChunk> {
  for await (const bytes of chunks) yield { bytes, giveBack: () => undefined }
}

/** Not waited for: it may be waiting itself for a chunk that never comes. */
function end(source: AsyncGenerator<Uint8Array>): void {
  source.return(undefined).catch(() => undefined)
}
