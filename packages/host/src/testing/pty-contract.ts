import { randomBytes } from 'node:crypto'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { Pty, PtyOptions } from '../pty.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

/** Longer than the kernel's buffers take to fill, shorter than anyone would wait. */
const STILL_MS = 300
/** Everything passes as it is: no echo, no translation, no signals. */
const RAW = 'stty raw -echo; printf ready;'

async function open(
  scope: ContractScope,
  argv: readonly string[],
  options: Partial<PtyOptions> = {},
): Promise<Pty> {
  const { PATH = '/usr/bin:/bin' } = scope.host.facts.env
  return scope.host.openPty(argv, {
    cwd: scope.directory,
    columns: 80,
    rows: 24,
    ...options,
    env: { PATH, ...options.env, ...scope.mark },
  })
}

const shell = (scope: ContractScope, script: string, options: Partial<PtyOptions> = {}): Promise<Pty> =>
  open(scope, ['sh', '-c', script], options)

/** All that comes until `isEnough`, or to the end of the output. */
async function read(pty: Pty, isEnough?: (seen: Buffer) => boolean): Promise<Buffer> {
  const pieces: Buffer[] = []
  // Not `for await`: leaving it would destroy the stream.
  while (isEnough?.(Buffer.concat(pieces)) !== true) {
    const piece = (await nextPiece(pty)) as Buffer | undefined
    if (piece === undefined) break
    pieces.push(piece)
  }
  return Buffer.concat(pieces)
}

async function nextPiece({ output }: Pty): Promise<unknown> {
  for (;;) {
    const piece: unknown = output.read()
    if (piece !== null) return piece
    if (output.readableEnded) return undefined
    await new Promise<void>((resolve) => {
      const done = (): void => {
        output.off('readable', done).off('end', done).off('close', done)
        resolve()
      }
      output.on('readable', done).on('end', done).on('close', done)
    })
  }
}

const until = (text: string) => (seen: Buffer) => seen.includes(text)

/** What `Host.openPty` promises. */
export function ptyContract(contractCase: ContractCase): void {
  contractCase('the program has a terminal of the size, its name and the environment', async (scope) => {
    const script = 'stty size; echo "$TERM $A ${HOME-none}"; tty; pwd -P'
    const options = { columns: 101, rows: 37, term: 'xterm', env: { A: 'a  b' } }
    await using pty = await shell(scope, script, options)
    const lines = String(await read(pty)).split('\r\n')
    expect(lines[0]).toBe('37 101')
    expect(lines[1]).toBe('xterm a  b none')
    expect(lines[2]).toMatch(/^\/dev\//)
    expect(lines[3]).toBe(await scope.host.files.realPath(scope.directory))
    expect(await pty.exited).toEqual({ exitCode: 0, signal: null })
  })

  contractCase('the terminal is xterm-256color unless told otherwise', async (scope) => {
    await using pty = await shell(scope, 'echo "$TERM"', { env: { TERM: 'dumb' } })
    expect(String(await read(pty))).toBe('xterm-256color\r\n')
  })

  contractCase('the program leads a session, and the terminal controls it', async (scope) => {
    const script =
      'read -r stat </proc/$$/stat; set -- ${stat##*) }; echo $$ $4 $6; : >/dev/tty && echo controlled'
    await using pty = await shell(scope, script)
    const [ids, controlled] = String(await read(pty)).split('\r\n')
    const [pid, session, foreground] = (ids ?? '').trim().split(/\s+/)
    expect([session, foreground]).toEqual([pid, pid])
    expect(controlled).toBe('controlled')
    expect(pid).toBe(String(pty.pid))
  })

  contractCase('a new size reaches the program as SIGWINCH', async (scope) => {
    await using pty = await shell(
      scope,
      'trap "stty size" WINCH; stty size; while :; do sleep 0.05; done 2>&1',
    )
    await read(pty, until('24 80'))
    pty.resize({ columns: 132, rows: 50 })
    await read(pty, until('50 132'))
    for (const columns of [0, -1, 1.5, Number.NaN, 65_536]) {
      expect(() => pty.resize({ columns, rows: 24 })).toThrow(RangeError)
    }
  })

  contractCase('all bytes pass both ways', async (scope) => {
    await using pty = await shell(scope, `${RAW} head -c 131072 | cat`)
    await read(pty, until('ready'))
    const all = Buffer.from(Array.from({ length: 131_072 }, (_, index) => index % 256))
    const written = pty.write(all)
    expect((await read(pty)).equals(all)).toBe(true)
    await written
    expect(await pty.exited).toEqual({ exitCode: 0, signal: null })
  })

  contractCase('characters may be cut anywhere, and arrive whole', async (scope) => {
    await using pty = await shell(scope, `${RAW} head -c 9 | cat`)
    await read(pty, until('ready'))
    const bytes = Buffer.from('é€😀')
    for (const byte of bytes) await pty.write(Uint8Array.of(byte))
    expect(String(await read(pty))).toBe('é€😀')
  })

  ptyFlow(contractCase)
  ptyEndings(contractCase)
  ptyMisuse(contractCase)
}

function ptyFlow(contractCase: ContractCase): void {
  contractCase('10 MiB of output arrive whole, however late they are read', async (scope) => {
    const content = randomBytes(10 * 1024 * 1024)
    await scope.host.files.write(scope.at('big'), content)
    await using pty = await shell(scope, 'stty raw; cat big')
    await delay(STILL_MS)
    expect((await read(pty, (seen) => seen.length >= 1_000_000)).length).toBeLessThan(1_200_000)
    await delay(STILL_MS)
    expect(await outcome(pty.exited)).toBe('pending')
    await using again = await shell(scope, 'stty raw; cat big')
    expect((await read(again)).equals(content)).toBe(true)
  })

  contractCase('the end of the output waits for a slow reader', async (scope) => {
    await using pty = await shell(scope, 'stty raw; printf %04000d 7')
    await pty.exited
    await delay(STILL_MS * 3)
    expect(String(await read(pty))).toBe(`${'0'.repeat(3_999)}7`)
  })

  contractCase('who does not read stops the program', async (scope) => {
    const count = 'line=$(printf %01000d 0); n=0; while :; do n=$((n + 1)); echo $n >count; echo $line; done'
    await using pty = await shell(scope, count)
    await read(pty, until('0000'))
    const settle = async (): Promise<number> => {
      for (let before = 0; ;) {
        await delay(STILL_MS)
        const now = Number(await scope.host.files.readText(scope.at('count')))
        if (now === before && now > 0) return now
        before = now
      }
    }
    const stopped = await settle()
    await read(pty, (seen) => seen.length > 300_000)
    expect(await settle()).toBeGreaterThan(stopped)
  })

  contractCase('a write of 1 MiB waits for the reader and arrives whole and unmixed', async (scope) => {
    await using pty = await shell(scope, `${RAW} sleep 0.3; head -c 1048581 | cat`)
    await read(pty, until('ready'))
    const paste = randomBytes(1_048_576)
    const first = pty.write(paste)
    const second = pty.write('after')
    expect((await read(pty)).equals(Buffer.concat([paste, Buffer.from('after')]))).toBe(true)
    await Promise.all([first, second])
  })

  contractCase('a write that nobody reads waits, and ends with the terminal', async (scope) => {
    const pty = await shell(scope, `${RAW} sleep 600`)
    await read(pty, until('ready'))
    const written = pty.write(Buffer.alloc(4 * 1024 * 1024))
    await delay(STILL_MS)
    expect(await outcome(written)).toBe('pending')
    await pty.close()
    await written
    await pty.write('dropped')
    pty.resize({ columns: 10, rows: 10 })
  })
}

function ptyEndings(contractCase: ContractCase): void {
  contractCase('the exit is told: a code, or a signal', async (scope) => {
    await using seven = await shell(scope, 'exit 7')
    expect(await seven.exited).toEqual({ exitCode: 7, signal: null })
    await using killed = await shell(scope, 'kill -KILL $$')
    expect(await killed.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
    expect([...(await read(seven)), ...(await read(killed))]).toEqual([])
  })

  contractCase('Ctrl-C interrupts, also while output floods', async (scope) => {
    await using pty = await shell(scope, 'exec yes')
    await read(pty, (seen) => seen.length > 1_000_000)
    await pty.write('\x03')
    await read(pty)
    expect(await pty.exited).toEqual({ exitCode: null, signal: 'SIGINT' })
  })

  contractCase('close ends a program that ignores SIGTERM, and its background', async (scope) => {
    const stubborn = 'trap "" TERM HUP; (trap "" TERM HUP; sleep 600) & echo up; while :; do sleep 600; done'
    const pty = await shell(scope, stubborn)
    await read(pty, until('up'))
    expect(pty.close()).toBe(pty.close())
    await pty.close()
    expect(await pty.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
  })

  contractCase('close ends what the jobs of an ended shell left', async (scope) => {
    const pty = await shell(scope, 'set -m; (trap "" HUP; exec sleep 600) & echo $!; exit 0')
    const seen = await read(pty)
    expect(await pty.exited).toEqual({ exitCode: 0, signal: null })
    const job = Number(/\d+/.exec(String(seen))?.[0])
    expect(await scope.host.identify(job)).toMatchObject({ pid: job })
    await pty.close()
    expect(await scope.host.identify(job)).toBeUndefined()
  })

  contractCase('close lets a program tidy up that floods an unread terminal', async (scope) => {
    const pty = await shell(scope, 'trap "touch tidy; exit 0" TERM HUP; while :; do echo 0123456789; done')
    await read(pty, until('0123456789'))
    await delay(STILL_MS)
    await pty.close()
    expect(await scope.host.files.stat(scope.at('tidy'))).toMatchObject({ type: 'file' })
  })

  contractCase('an abort closes it; one before starts nothing', async (scope) => {
    const stop = new AbortController()
    const pty = await shell(scope, 'exec sleep 600', { signal: stop.signal })
    stop.abort()
    expect((await pty.exited).exitCode).toBeNull()
    await pty.close()
    const reason = new Error('never mind')
    await expect(shell(scope, 'touch made', { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await scope.host.files.stat(scope.at('made'))).toBeUndefined()
  })

  contractCase('closing the host ends its terminals', async (scope) => {
    const other = await scope.open()
    const pty = await shell({ ...scope, host: other }, 'exec sleep 600')
    await other.close()
    expect((await pty.exited).exitCode).toBeNull()
    expect(String(await read(pty))).toBe('')
    await expect(shell({ ...scope, host: other }, 'true')).rejects.toMatchObject({ code: 'closed' })
  })
}

function ptyMisuse(contractCase: ContractCase): void {
  contractCase('what cannot be started is spawn-failed', async (scope) => {
    const { at } = scope
    await scope.host.files.write(at('plain'), 'no program', { mode: 0o644 })
    for (const argv of [['x-no-such-program'], [at('missing')], [at('plain')]]) {
      await expect(open(scope, argv), argv.join(' ')).rejects.toMatchObject({ code: 'spawn-failed' })
    }
    await expect(shell(scope, 'true', { cwd: at('missing') })).rejects.toMatchObject({ code: 'spawn-failed' })
  })

  contractCase('misuse is a TypeError or a RangeError, before anything runs', async (scope) => {
    await expectTypeErrors([
      open(scope, []),
      open(scope, ['echo', 'a\0b']),
      shell(scope, 'true', { cwd: 'relative' }),
      shell(scope, 'true', { env: { 'A=B': '1' } }),
      shell(scope, 'true', { term: 'a\0b' }),
    ])
    for (const size of [{ columns: 0 }, { rows: 0 }, { columns: 1.5 }, { rows: 65_536 }]) {
      await expect(shell(scope, 'true', size)).rejects.toBeInstanceOf(RangeError)
    }
  })
}

function outcome(promise: Promise<unknown>): Promise<unknown> {
  return Promise.race([promise.then(() => 'settled'), Promise.resolve('pending')])
}
