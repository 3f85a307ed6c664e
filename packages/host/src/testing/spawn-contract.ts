import { buffer, text } from 'node:stream/consumers'
import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { RunningProcess } from '../running-process.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'
import { nextLine } from './next-line.ts'

/** Longer than the buffers on the way take to fill, shorter than anyone would wait. */
const STILL_MS = 300
const KILL = [{ signal: 'SIGKILL', waitMs: 5_000 }] as const

/** What `Host.spawn` promises. */
export function spawnContract(contractCase: ContractCase): void {
  contractCase('what is written is answered, line by line', async ({ start }) => {
    await using program = await start(
      ['sh', '-c', 'while read -r line; do echo "got $line"; done; echo end'],
      {
        stdin: 'pipe',
      },
    )
    for (const word of ['one', 'two', 'three']) {
      program.stdin?.write(`${word}\n`)
      expect(await nextLine(program.stdout)).toBe(`got ${word}`)
    }
    program.stdin?.end()
    expect(await text(program.stdout)).toBe('end\n')
    expect(await program.exited).toEqual({ exitCode: 0, signal: null })
  })

  contractCase('both outputs are told apart, and the end too', async ({ start }) => {
    await using program = await start(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(program.stdin).toBeUndefined()
    expect(await Promise.all([text(program.stdout), text(program.stderr)])).toEqual(['out\n', 'err\n'])
    expect(await program.exited).toEqual({ exitCode: 7, signal: null })
    await using killed = await start(['sh', '-c', 'kill -KILL $$'])
    expect(await killed.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
  })

  contractCase('lines of 16 MiB pass in both directions, byte by byte', async ({ start }) => {
    const line = Buffer.alloc(16 * 1024 * 1024 + 1, 'é€😀x')
    line[line.length - 1] = 0x0a
    await using program = await start(['cat'], { stdin: 'pipe' })
    program.stdin?.end(line)
    expect((await buffer(program.stdout)).equals(line)).toBe(true)
  })

  contractCase('without stdin the program reads nothing', async ({ start }) => {
    await using program = await start(['cat'])
    expect(await text(program.stdout)).toBe('')
    expect(await program.exited).toMatchObject({ exitCode: 0 })
  })

  contractCase('who does not read stops the program, and loses nothing', async ({ start, at, host }) => {
    const script = 'head -c 32000000 /dev/zero; echo done >"$1"'
    await using program = await start(['sh', '-c', script, 'sh', at('done')])
    await delay(STILL_MS)
    expect(await host.files.stat(at('done'))).toBeUndefined()
    expect((await buffer(program.stdout)).length).toBe(32_000_000)
    expect(await program.exited).toMatchObject({ exitCode: 0 })
  })

  contractCase('output waits for its reader beyond the end of the program', async ({ start }) => {
    await using program = await start(['sh', '-c', 'head -c 40000 /dev/zero; echo late >&2'])
    await program.exited
    await delay(STILL_MS)
    expect((await buffer(program.stdout)).length).toBe(40_000)
    expect(await text(program.stderr)).toBe('late\n')
  })

  contractCase('a program that does not want its input is no failure', async ({ start }) => {
    await using program = await start(['sh', '-c', 'exec <&-; echo closed; read -r _; exit 4'], {
      stdin: 'pipe',
    })
    expect(await nextLine(program.stdout)).toBe('closed')
    for (let n = 0; n < 8; n += 1) program.stdin?.write('x'.repeat(500_000))
    expect(await program.exited).toMatchObject({ exitCode: 4 })
    program.stdin?.write('too late')
    program.stdin?.end()
  })

  contractCase(
    'it runs in the home directory or where it is told, with the environment that it is given',
    async (scope) => {
      const { start, host, directory } = scope
      await using home = await start(['pwd', '-P'])
      expect((await text(home.stdout)).trim()).toBe(await host.files.realPath(host.facts.home))
      const show = ['sh', '-c', 'pwd -P; echo "${A-none} ${PATH:+path} ${HOME-none}"']
      await using there = await start(show, { cwd: directory, env: { A: 'a  b', HOME: undefined } })
      expect(await text(there.stdout)).toBe(`${await host.files.realPath(directory)}\na  b path none\n`)
      await using clean = await host.spawn(['/usr/bin/env'], { cleanEnv: true, env: { B: '1' } })
      expect(await text(clean.stdout)).toBe('B=1\n')
    },
  )

  contractCase('many run at once', async ({ start }) => {
    const programs = await Promise.all(Array.from({ length: 16 }, (_, n) => start(['echo', String(n)])))
    const said = await Promise.all(programs.map((program) => text(program.stdout)))
    expect(said).toEqual(programs.map((_, n) => `${n}\n`))
    await Promise.all(programs.map((program) => program.close()))
  })

  spawnFailures(contractCase)
  spawnEndings(contractCase)
}

function spawnFailures(contractCase: ContractCase): void {
  contractCase('what cannot be started is spawn-failed', async ({ start, host, at, directory }) => {
    await host.files.write(at('plain'), 'no program', { mode: 0o644 })
    for (const argv of [['x-no-such-program'], [at('missing')], [at('plain')], [directory]]) {
      const failure = { name: 'HostError', code: 'spawn-failed' }
      await expect(start(argv), argv.join(' ')).rejects.toMatchObject(failure)
    }
    await expect(start(['true'], { cwd: at('missing') })).rejects.toMatchObject({ code: 'spawn-failed' })
  })

  contractCase('misuse is a TypeError, before anything runs', async ({ start }) => {
    await expectTypeErrors([
      start([]),
      start(['']),
      start(['echo', 'a\0b']),
      start(['true'], { cwd: 'relative' }),
      start(['true'], { env: { 'A=B': '1' } }),
      start(['true'], { env: { A: '1' }, secretEnv: { A: '2' } }),
      start(['true'], { envRemove: [''] }),
    ])
  })

  contractCase('with a signal that has aborted nothing is started', async ({ start, host, at }) => {
    const reason = new Error('too late')
    const late = start(['touch', at('made')], { signal: AbortSignal.abort(reason) })
    await expect(late).rejects.toBe(reason)
    expect(await host.files.stat(at('made'))).toBeUndefined()
  })
}

function spawnEndings(contractCase: ContractCase): void {
  contractCase('the end is known although something else holds the pipes', async ({ start }) => {
    await using program = await start(['sh', '-c', 'sleep 600 & echo up; exit 3'])
    expect(await program.exited).toEqual({ exitCode: 3, signal: null })
    expect(await nextLine(program.stdout)).toBe('up')
    expect(program.stdout.readableEnded).toBe(false)
    expect(await program.signal('SIGTERM')).toBe(false)
    expect(await program.stop()).toBe('SIGTERM')
    expect(await text(program.stdout)).toBe('')
    expect(await program.stop()).toBeUndefined()
  })

  contractCase('a signal reaches the program, or with `group` all of its group', async ({ start }) => {
    const script =
      'trap "echo leader" TERM; (trap "echo child; exit" TERM; echo up; while :; do sleep 0.05; done) & while :; do wait; done'
    await using program = await start(['sh', '-c', script])
    expect(await nextLine(program.stdout)).toBe('up')
    expect(await program.signal('SIGTERM')).toBe(true)
    expect(await nextLine(program.stdout)).toBe('leader')
    expect(await program.signal('SIGTERM', { group: true })).toBe(true)
    const both = [await nextLine(program.stdout), await nextLine(program.stdout)]
    expect(both.sort()).toEqual(['child', 'leader'])
    expect(await program.stop(KILL)).toBe('SIGKILL')
    expect(await program.exited).toEqual({ exitCode: null, signal: 'SIGKILL' })
    expect(await program.signal('SIGTERM', { group: true })).toBe(false)
  })

  contractCase('stop climbs for the whole session, and tells what survives', async ({ start, shell }) => {
    const script = 'trap "" TERM; set -m; (while :; do sleep 0.05; done) & echo $!; exec sleep 600'
    await using program = await start(['sh', '-c', script])
    const child = Number(await nextLine(program.stdout))
    await expect(program.stop([{ signal: 'SIGTERM', waitMs: 50 }])).rejects.toMatchObject({
      code: 'timed-out',
    })
    await expect(program.stop([])).rejects.toBeInstanceOf(TypeError)
    const ladder = [{ signal: 'SIGTERM', waitMs: 50 }, ...KILL] as const
    expect(await program.stop(ladder)).toBe('SIGKILL')
    // A zombie has ended.
    expect(await shell('cat "/proc/$1/stat" 2>/dev/null || :', String(child))).toMatch(/^$|\) Z /)
  })

  contractCase('close ends it and its streams, once', async ({ start, mark, open }) => {
    const program = await start(['sh', '-c', 'sleep 600 & yes'], { stdin: 'pipe' })
    expect(await nextLine(program.stdout)).toBe('y')
    expect(program.close()).toBe(program.close())
    await program.close()
    expect([program.stdin?.destroyed, program.stdout.destroyed, program.stderr.destroyed]).toEqual([
      true,
      true,
      true,
    ])
    expect((await program.exited).exitCode).toBeNull()
    const other = await open()
    const second = await other.spawn(['sh', '-c', 'sleep 600 & sleep 600'], { env: mark })
    await other.close()
    expect((await second.exited).exitCode).toBeNull()
    expect(second.stdout.destroyed).toBe(true)
    await expect(other.spawn(['true'])).rejects.toMatchObject({ code: 'closed' })
  })

  contractCase('an abort closes it', async ({ start }) => {
    const stop = new AbortController()
    const program: RunningProcess = await start(['sleep', '600'], { signal: stop.signal })
    stop.abort()
    expect(await program.exited).toMatchObject({ exitCode: null })
    await program.close()
  })
}
