import { readSync, writeSync } from 'node:fs'
import { constants } from 'node:os'
import { Readable } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { ReadStream } from 'node:tty'
import { assertAbsolute, assertArgv, assertEnvironment } from '../assert-arguments.ts'
import { assertSize } from '../assert-size.ts'
import type { Pty, PtyExit, PtyOptions } from '../pty.ts'
import { readProcessStatNow, ticksNow } from './identity.ts'
import { assertStartable } from './launch.ts'
import { loadPtyBinding, type PtyBinding } from './pty-binding.ts'
import { holdMaster } from './pty-masters.ts'
import { killSession, signalSession, type SessionLeader } from './pty-session.ts'

/** A program that is ended gets a moment to tidy up. */
const TERM_MS = 2_000
/** Between two tries to write to a terminal that is full; nothing tells when it has room. */
const FIRST_RETRY_MS = 1
const SLOWEST_RETRY_MS = 20
/** Of one read, at most. */
const READ_BYTES = 64 * 1024
/** What is read ahead of a reader who pauses: as little as can be, for it stands before all that is written later. */
const READ_AHEAD_BYTES = 1
/** What still shares the terminal after the program's end is listened to for so long. */
const QUIET_MS = 250
const LONGEST_MS = 2_000

/**
 * Starts a program on a terminal of its own.
 * @param onClosed called when it was closed by its owner
 * @throws HostError `spawn-failed`; TypeError and RangeError for misuse; the reason of `signal` when it has aborted
 */
export async function openLocalPty(
  argv: readonly string[],
  options: PtyOptions,
  onClosed: (pty: Pty) => void,
): Promise<Pty> {
  const { cwd, env, columns, rows, term = 'xterm-256color', signal } = options
  assertArgv(argv)
  assertAbsolute('cwd', cwd)
  assertEnvironment({ ...env, TERM: term })
  assertSize({ columns, rows })
  signal?.throwIfAborted()
  const binding = await loadPtyBinding()
  await assertStartable(argv[0], { cwd, env })
  signal?.throwIfAborted()
  const environment = Object.entries({ ...env, TERM: term }).map(([name, value]) => `${name}=${value}`)
  return new LocalPty(binding, { argv, env: environment, cwd, columns, rows }, { signal, onClosed })
}

type Start = Omit<Parameters<PtyBinding['start']>[0], 'onExit'>

interface Owner {
  readonly signal: AbortSignal | undefined
  readonly onClosed: (pty: Pty) => void
}

/**
 * A program on a terminal of this machine.
 *
 * *running*; *ended*: the program has exited, and what it left in the terminal can be read; *hung up*: the terminal is
 * gone, because everyone has left it or because it was closed. Writes and sizes are dropped then.
 */
class LocalPty implements Pty {
  readonly pid: number
  readonly output: Readable
  readonly exited: Promise<PtyExit>
  private readonly binding: PtyBinding
  private readonly master: number
  private readonly socket: ReadStream
  private readonly leader: SessionLeader
  private readonly owner: Owner
  private readonly onAbort = (): void => void this.close().catch(() => undefined)
  private writing: Promise<void> = Promise.resolve()
  private lastReadAt = 0
  private hasEnded = false
  private isRead = false
  private closing: Promise<void> | undefined

  constructor(binding: PtyBinding, start: Start, owner: Owner) {
    let onExit!: (exit: PtyExit) => void
    this.exited = new Promise((resolve) => (onExit = resolve))
    const before = process.platform === 'linux' ? ticksNow() : ''
    const { master, pid } = binding.start({
      ...start,
      onExit: (exitCode, number) => {
        this.hasEnded = true
        void this.endOutput()
        onExit(number === 0 ? { exitCode, signal: null } : { exitCode: null, signal: signalName(number) })
      },
    })
    this.binding = binding
    this.master = master
    this.pid = pid
    const startTime = readProcessStatNow(pid)?.startTime
    // A thread of the library collects it as soon as it has ended, which may be before we look.
    this.leader = startTime === undefined ? { pid, startTime: before, isGone: true } : { pid, startTime }
    const { socket, output } = this.openOutput(master)
    this.socket = socket
    this.output = output
    const held = holdMaster(master)
    this.socket.once('close', () => held[Symbol.dispose]())
    this.owner = owner
    owner.signal?.addEventListener('abort', this.onAbort, { once: true })
  }

  write(data: Uint8Array | string): Promise<void> {
    const bytes = typeof data === 'string' ? Buffer.from(data) : data
    const written = this.writing.then(() => this.writeAll(bytes))
    this.writing = written
    return written
  }

  resize(size: { readonly columns: number; readonly rows: number }): void {
    assertSize(size)
    if (!this.socket.destroyed) this.binding.resize(this.master, size.columns, size.rows)
  }

  close(): Promise<void> {
    this.closing ??= this.end()
    return this.closing
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  private openOutput(master: number): { readonly socket: ReadStream; readonly output: Readable } {
    const output = new Readable({
      highWaterMark: READ_AHEAD_BYTES,
      read: () => {
        this.isRead = true
        socket.resume()
      },
    })
    // With a buffer of its own the socket keeps nothing back, which the error at the end would throw away.
    const callback = (length: number, buffer: Uint8Array): boolean => {
      this.lastReadAt = performance.now()
      if (this.closing !== undefined) return true
      this.isRead = output.push(Buffer.from(buffer.subarray(0, length)))
      return this.isRead
    }
    const onread = { buffer: new Uint8Array(READ_BYTES), callback }
    const options = { onread, allowHalfOpen: true } as ConstructorParameters<typeof ReadStream>[1]
    const socket = new ReadStream(master, options)
    socket.once('end', () => {
      // Node ends a hung-up terminal after a read that was not full, and reads from terminals never are.
      for (const rest of readRest(master)) output.push(rest)
      socket.destroy()
    })
    // Linux tells the end of a terminal as EIO.
    socket.on('error', () => undefined)
    socket.once('close', () => output.push(null))
    return { socket, output }
  }

  /** Who shares the terminal may keep it forever; who reads slowly has all the time that it needs. */
  private async endOutput(): Promise<void> {
    const { socket } = this
    for (let readMs = 0; readMs < LONGEST_MS;) {
      const before = performance.now()
      await delay(QUIET_MS, undefined, { ref: false })
      if (socket.destroyed) return
      if (!this.isRead) continue
      const now = performance.now()
      readMs += now - before
      if (now - this.lastReadAt >= QUIET_MS) break
    }
    socket.destroy()
  }

  private async writeAll(bytes: Uint8Array): Promise<void> {
    let retryMs = FIRST_RETRY_MS
    for (let offset = 0; offset < bytes.length;) {
      if (this.socket.destroyed) return
      const written = writeSome(this.master, bytes, offset)
      if (written === 'gone') return
      offset += written
      if (written > 0) retryMs = FIRST_RETRY_MS
      if (offset === bytes.length) return
      await delay(retryMs)
      retryMs = Math.min(retryMs * 2, SLOWEST_RETRY_MS)
    }
  }

  private async end(): Promise<void> {
    this.owner.signal?.removeEventListener('abort', this.onAbort)
    // One that waits for its reader would not come to its end.
    this.socket.resume()
    try {
      await this.endSession()
    } finally {
      this.socket.destroy()
    }
    await this.exited
    this.owner.onClosed(this)
  }

  private async endSession(): Promise<void> {
    const { leader } = this
    if (process.platform !== 'linux') {
      if (!this.hasEnded) await this.endGroup()
      return
    }
    // Shells ignore SIGTERM when they are interactive.
    if ((await signalSession(leader, ['SIGTERM', 'SIGHUP'])) > 0 && !this.hasEnded) {
      await this.endsWithin(TERM_MS)
    }
    await killSession(leader)
  }

  /** Where there is no `/proc` to tell the session. The pid is the program's own until its end was told. */
  private async endGroup(): Promise<void> {
    for (const name of ['SIGTERM', 'SIGKILL'] as const) {
      if (this.hasEnded) return
      try {
        process.kill(-this.pid, name)
      } catch {
        // It ends just now.
      }
      await this.endsWithin(TERM_MS)
    }
  }

  private async endsWithin(waitMs: number): Promise<void> {
    const late = new AbortController()
    await Promise.race([
      this.exited,
      delay(waitMs, undefined, { signal: late.signal }).catch(() => undefined),
    ])
    late.abort()
  }
}

/** What is left in a terminal that everyone has left: no more than the kernel's buffer. The descriptor does not block. */
function* readRest(master: number): Generator<Buffer, void> {
  try {
    for (;;) {
      const buffer = Buffer.alloc(READ_BYTES)
      const length = readSync(master, buffer)
      if (length === 0) return
      yield buffer.subarray(0, length)
    }
  } catch {
    // EIO is its end.
  }
}

/** How many bytes the terminal took at once: none when it is full. The descriptor does not block. */
function writeSome(master: number, bytes: Uint8Array, offset: number): number | 'gone' {
  try {
    return writeSync(master, bytes, offset)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EAGAIN' ? 0 : 'gone'
  }
}

function signalName(number: number): string {
  const found = Object.entries(constants.signals).find(([, value]) => value === number)
  return found?.[0] ?? `SIG${number}`
}
