import { expect } from 'vitest'
import { mustSucceed } from '../exec-result.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

/** Arguments that a shell would take apart. */
export const AWKWARD = [
  '',
  ' ',
  'a b',
  "it's",
  '"quoted"',
  '$HOME',
  '`id`',
  '$(id)',
  'a\nb',
  '*',
  '-n',
  '\\',
  'é€😀',
  ';&|<>',
]

/** What `Host.exec` promises. */
export function execContract(contractCase: ContractCase): void {
  contractCase('a non-zero exit is a result, not a rejection', async ({ exec }) => {
    const result = await exec(['sh', '-c', 'echo out; echo err >&2; exit 7'])
    expect(result).toMatchObject({ exitCode: 7, signal: null, stdout: 'out\n', stderr: 'err\n' })
    expect(result.durationMs).toBeGreaterThan(0)
  })

  contractCase('a death by signal is a result', async ({ exec }) => {
    expect(await exec(['sh', '-c', 'kill -KILL $$'])).toMatchObject({ exitCode: null, signal: 'SIGKILL' })
  })

  contractCase('arguments arrive as they are', async ({ exec }) => {
    const { stdout } = await exec(['sh', '-c', 'printf "[%s]" "$@"', 'sh', ...AWKWARD])
    expect(stdout).toBe(AWKWARD.map((argument) => `[${argument}]`).join(''))
  })

  contractCase('input and output are UTF-8, whatever pieces they come in', async ({ exec }) => {
    const text = `x${'€😀'.repeat(150_000)}`
    expect((await exec(['cat'], { stdin: text })).stdout === text).toBe(true)
  })

  contractCase('bytes that are no UTF-8 become U+FFFD', async ({ exec }) => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x62)
    expect((await exec(['cat'], { stdin: bytes })).stdout).toBe('a\uFFFDb')
  })

  contractCase('without stdin the program reads nothing', async ({ exec }) => {
    expect((await exec(['cat'], { timeoutMs: 10_000 })).stdout).toBe('')
  })

  contractCase('a program that ignores its input is no failure', async ({ exec }) => {
    expect((await exec(['true'], { stdin: 'x'.repeat(4_000_000) })).exitCode).toBe(0)
  })

  contractCase('output is read to its end', async ({ exec }) => {
    const { stdout } = await exec(['sh', '-c', 'head -c 8000000 /dev/zero | tr "\\0" x'])
    expect(stdout.length).toBe(8_000_000)
  })

  contractCase('it runs in the home directory, or where it is told', async ({ exec, host, directory }) => {
    expect((await exec(['pwd', '-P'])).stdout.trim()).toBe(await host.files.realPath(host.facts.home))
    expect((await exec(['pwd', '-P'], { cwd: directory })).stdout.trim()).toBe(
      await host.files.realPath(directory),
    )
  })

  contractCase('env is laid over the base environment; undefined removes', async ({ exec }) => {
    const show = ['sh', '-c', 'echo "${A-none} ${PATH:+path} ${HOME-none}"']
    expect((await exec(show, { env: { A: 'a  b', HOME: undefined } })).stdout).toBe('a  b path none\n')
  })

  contractCase('cleanEnv gives what env says and nothing else', async ({ host }) => {
    const { stdout } = await host.exec(['/usr/bin/env'], { cleanEnv: true, env: { A: '1', B: undefined } })
    expect(stdout).toBe('A=1\n')
  })

  contractCase('many run at once', async ({ exec }) => {
    const results = await Promise.all(Array.from({ length: 24 }, (_, index) => exec(['echo', String(index)])))
    expect(results.map((result) => result.stdout)).toEqual(results.map((_, index) => `${index}\n`))
  })

  execFailures(contractCase)
  execEndings(contractCase)
}

function execFailures(contractCase: ContractCase): void {
  contractCase('what cannot be started is spawn-failed', async ({ exec, host, at, directory }) => {
    await host.files.write(at('plain'), 'no program', { mode: 0o644 })
    for (const argv of [['x-no-such-program'], [at('missing')], [at('plain')], [directory]]) {
      await expect(exec(argv), argv.join(' ')).rejects.toMatchObject({
        name: 'HostError',
        code: 'spawn-failed',
      })
    }
    await expect(exec(['true'], { cwd: at('missing') })).rejects.toMatchObject({ code: 'spawn-failed' })
  })

  contractCase('misuse is a TypeError, before anything runs', async ({ exec }) => {
    const misuses = [
      exec([]),
      exec(['']),
      exec(['echo', 'a\0b']),
      exec(['true'], { cwd: 'relative' }),
      exec(['true'], { env: { 'A=B': '1' } }),
      exec(['true'], { env: { A: 'a\0b' } }),
      exec(['true'], { timeoutMs: 0 }),
      exec(['true'], { timeoutMs: Number.NaN }),
      exec(['true'], { maxBytes: -1 }),
    ]
    await expectTypeErrors(misuses)
  })

  contractCase('mustSucceed tells the exit and leaves the arguments out', async ({ exec }) => {
    const result = await exec(['sh', '-c', 'echo why >&2; exit 3', 'secret'])
    expect(() => mustSucceed(result)).toThrow('sh ended with exit code 3: why')
  })
}

function execEndings(contractCase: ContractCase): void {
  contractCase('a time limit ends the whole process group', async ({ exec }) => {
    const running = exec(['sh', '-c', 'sleep 600 & sleep 600'], { timeoutMs: 100 })
    await expect(running).rejects.toMatchObject({ name: 'HostError', code: 'timed-out' })
  })

  contractCase('a program that ignores SIGTERM is killed', async ({ exec }) => {
    const stubborn = 'trap "" TERM; while :; do sleep 600; done'
    await expect(exec(['sh', '-c', stubborn], { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'timed-out',
    })
  })

  contractCase('abort ends it and rejects with the reason', async ({ exec, at, said }) => {
    const reason = new Error('enough')
    const stop = new AbortController()
    const running = exec(['sh', '-c', 'sleep 600 & echo up >"$1"; wait', 'sh', at('up')], {
      signal: stop.signal,
    })
    await said(at('up'), 'up')
    stop.abort(reason)
    await expect(running).rejects.toBe(reason)
  })

  contractCase('with a signal that has aborted nothing is started', async ({ exec, host, at }) => {
    const reason = new Error('too late')
    await expect(exec(['touch', at('made')], { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(await host.files.stat(at('made'))).toBeUndefined()
  })

  contractCase('more output than maxBytes ends it, and is too-large', async ({ exec }) => {
    await expect(exec(['yes'], { maxBytes: 10_000 })).rejects.toMatchObject({ code: 'too-large' })
    await expect(exec(['sh', '-c', 'yes >&2'], { maxBytes: 10_000 })).rejects.toMatchObject({
      code: 'too-large',
    })
  })

  contractCase('maxBytes counts each stream by itself, and exactly', async ({ exec }) => {
    const both = ['sh', '-c', 'printf 12345; printf abcde >&2']
    expect(await exec(both, { maxBytes: 5 })).toMatchObject({ stdout: '12345', stderr: 'abcde' })
    await expect(exec(both, { maxBytes: 4 })).rejects.toMatchObject({ code: 'too-large' })
  })

  contractCase(
    'something in the background that keeps the pipes is not waited for',
    async ({ exec, shell }) => {
      const { stdout } = await exec(['sh', '-c', 'sleep 600 & echo $!'], { timeoutMs: 10_000 })
      await shell('kill "$1"', stdout.trim())
      expect(Number(stdout)).toBeGreaterThan(1)
    },
  )

  contractCase('nor is it when the program itself has said nothing', async ({ exec, shell, directory }) => {
    const script = 'sleep 600 & echo $! >pid'
    const result = await exec(['sh', '-c', script], { cwd: directory, timeoutMs: 20_000 })
    expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' })
    await shell('kill "$(cat pid)"')
  })

  contractCase(
    'closing the host ends what runs; afterwards everything is closed',
    async ({ open, mark, at, said }) => {
      const other = await open()
      const script = 'sleep 600 & echo up >"$1"; wait'
      const running = other.exec(['sh', '-c', script, 'sh', at('up')], { env: mark })
      const outcome = expect(running).rejects.toMatchObject({ name: 'HostError', code: 'closed' })
      await said(at('up'), 'up')
      expect(other.close()).toBe(other.close())
      await Promise.all([outcome, other.close()])
      await expect(other.exec(['true'])).rejects.toMatchObject({ code: 'closed' })
      await expect(other.files.read('/dev/null')).rejects.toMatchObject({ code: 'closed' })
      await expect(other.identify(2)).rejects.toMatchObject({ code: 'closed' })
      await expect(other.adopt(at('none'))).rejects.toMatchObject({ code: 'closed' })
    },
  )
}
