import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import type { Host } from '../../src/host.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'

let sshd: SshdFixture
let host: Host

beforeAll(async () => {
  const bashrc = 'echo noise; echo "$BASH_EXECUTION_STRING"; echo trouble >&2; export FROM_RC=yes; cd /\n'
  sshd = await openSshd({ bashrc })
  host = await openSshHost(sshd.target, sshd.options)
})
afterAll(async () => {
  await host.close()
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

describe('a worker', () => {
  test('is known when the host opens', () => {
    expect(host.name).toBe(sshd.target)
    expect(host.facts).toMatchObject({ platform: process.platform, arch: process.arch, home: sshd.home })
    expect(host.facts.bootId).toMatch(/^[0-9a-f-]{36}$/)
    expect(host.facts.env.PATH).toContain('/usr/bin')
    expect(host.facts.uid).toBeGreaterThan(0)
  })

  test('with chatty start files gives what the program says, in the home directory, and their environment', async () => {
    const result = await host.exec(['sh', '-c', 'echo "$FROM_RC"; pwd; echo err >&2'])
    expect(result).toMatchObject({ exitCode: 0, stdout: `yes\n${sshd.home}\n`, stderr: 'err\n' })
  })
})

describe('what a program gets', () => {
  test('are its arguments, whatever they hold', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((word) => !word.includes('\0'))
    await fc.assert(
      fc.asyncProperty(fc.array(text, { maxLength: 6 }), async (args) => {
        const { stdout } = await host.exec(['printf', '%s\\0', 'first', ...args])
        expect(stdout).toBe(['first', ...args].map((word) => `${word}\0`).join(''))
      }),
      { numRuns: 60 },
    )
  })

  test('are more arguments than a command line holds', async () => {
    const args = Array.from({ length: 20 }, (_, n) => `${n}${"'é\n".repeat(4_000)}`)
    const { stdout } = await host.exec(['sh', '-c', 'printf "%s" "$@"', 'sh', ...args], { stdin: 'x' })
    expect(stdout === args.join('')).toBe(true)
  })

  test('are its variables, whatever they hold', async () => {
    const text = fc.string({ unit: 'binary', maxLength: 40 }).filter((word) => !word.includes('\0'))
    await fc.assert(
      fc.asyncProperty(text, text, async (plain, secret) => {
        const options = { env: { A_1: plain }, secretEnv: { B_2: secret }, stdin: 'rest' }
        const { stdout } = await host.exec(['sh', '-c', 'printf "%s\\0%s\\0" "$A_1" "$B_2"; cat'], options)
        expect(stdout).toBe(`${plain}\0${secret}\0rest`)
      }),
      { numRuns: 40 },
    )
  })

  test('no process shows its variables but itself', async () => {
    const secret = 'zq'.repeat(20)
    const look = [
      'for process in /proc/[0-9]*; do',
      '[ "$process" = "/proc/$$" ] || grep -alsF "$1$2" "$process/cmdline" "$process/environ"; done; echo "$SECRET"',
    ].join(' ')
    const args = ['sh', '-c', look, 'sh', secret.slice(0, 20), secret.slice(20)]
    const { stdout } = await host.exec(args, { secretEnv: { SECRET: secret } })
    // The look itself is run by children of the program, which have its environment.
    expect(stdout.trimEnd().split('\n').at(-1)).toBe(secret)
    expect(stdout).not.toContain('cmdline')
  })

  test('names that a shell does not take are a TypeError', async () => {
    await expect(host.exec(['true'], { env: { 'a-b': '1' } })).rejects.toBeInstanceOf(TypeError)
    await expect(host.exec(['-x'])).rejects.toBeInstanceOf(TypeError)
  })

  test('a program that cannot be started is told with its reason', async () => {
    await expect(host.exec(['x-no-such-program'])).rejects.toThrow(/x-no-such-program: not found/)
    await expect(host.exec(['true'], { cwd: '/no/such' })).rejects.toThrow(/\/no\/such/)
    await expect(host.exec(['sh', '-c', 'exit 127'])).resolves.toMatchObject({ exitCode: 127 })
  })
})

describe('the account', () => {
  test('may have start files that turn the shell upside down', async () => {
    const functions = 'cd echo eval exit printf read set shift shopt trap unset'
      .split(' ')
      .map((name) => `${name}() { builtin echo "not ${name}"; }; alias ${name}="builtin echo alias"`)
    const bashrc = [
      'shopt -s expand_aliases',
      ...functions,
      'builtin trap "builtin echo debug" DEBUG ERR EXIT',
      'IFS=x',
      'builtin set -eufvx',
      '',
    ]
    await using odd = await openSshd({ bashrc: bashrc.join('\n') })
    await using other = await openSshHost(odd.target, odd.options)
    const options = { cwd: '/usr', env: { A: "it's é" }, envRemove: ['L*'], stdin: 'in' }
    const result = await other.exec(
      ['sh', '-c', 'pwd; printf "%s " "$A" "$1"; cat; echo err >&2', 'sh', 'a  b'],
      options,
    )
    expect(result).toMatchObject({ stdout: "/usr\nit's é a  b in", stderr: 'err\n', exitCode: 0 })
    await expect(other.exec(['x-no-such-program'])).rejects.toMatchObject({ code: 'spawn-failed' })
  })

  test('may have a plain shell', async () => {
    await using plain = await openSshd({ shell: '/bin/sh' })
    await using other = await openSshHost(plain.target, plain.options)
    expect((await other.exec(['echo', "it's\nme"], { env: { A: '1' } })).stdout).toBe("it's\nme\n")
  })

  test('without a shell is told by what the server says', async () => {
    await using shut = await openSshd({ shell: '/usr/sbin/nologin' })
    await expect(openSshHost(shut.target, shut.options)).rejects.toThrow(/runs no command: .*not available/i)
  })
})
