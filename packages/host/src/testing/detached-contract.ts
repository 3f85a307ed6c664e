import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'
import { AWKWARD } from './exec-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

const SLEEP = ['sleep', '600']

/** What starting, naming and adopting a detached process promises. */
export function detachedContract(contractCase: ContractCase): void {
  contractCase('its record is on disk, private, before the program runs', async ({ spawn, host, at }) => {
    const program = await spawn([
      'sh',
      '-c',
      'cat "$1"; stat -c %a "$1" "$2"',
      'sh',
      at('program.json'),
      at('program.log'),
    ])
    await program.waitForExit()
    expect(await host.files.readText(at('program.log'))).toBe(
      `${JSON.stringify(program.identity)}\n600\n600\n`,
    )
    expect(await host.files.list(at(''))).toEqual(['program.json', 'program.log'])
    expect(program.identity.bootId).toBe(host.facts.bootId)
  })

  contractCase('it leads a session and a process group, and has no input', async ({ spawn, host, at }) => {
    const program = await spawn(['sh', '-c', 'cut -d" " -f5,6 /proc/$$/stat; cat; readlink /proc/$$/fd/0'])
    await program.waitForExit()
    const { pid } = program.identity
    expect(await host.files.readText(at('program.log'))).toBe(`${pid} ${pid}\n/dev/null\n`)
  })

  contractCase(
    'no file is open in it that is not open in any other program',
    async ({ spawn, host, at, shell }) => {
      const program = await spawn(['ls', '/proc/self/fd'])
      await program.waitForExit()
      expect(await host.files.readText(at('program.log'))).toBe(await shell('ls /proc/self/fd'))
    },
  )

  contractCase('arguments arrive as they are', async ({ spawn, host, at }) => {
    const program = await spawn(['sh', '-c', 'printf "[%s]" "$@"', 'sh', ...AWKWARD])
    await program.waitForExit()
    expect(await host.files.readText(at('program.log'))).toBe(
      AWKWARD.map((argument) => `[${argument}]`).join(''),
    )
  })

  contractCase('its environment is exactly what was said', async ({ spawn, host, at, mark }) => {
    const said = {
      A: "it's $A\n`b`",
      record: 'r',
      temporary: 't',
      line: 'l',
      stat: 's',
      boot: 'b',
      SHLVL: '4',
      OLDPWD: '/o',
    }
    for (const env of [said, { ...said, PWD: '/somewhere else' }]) {
      await host.files.remove(at('program.log'))
      const program = await spawn(['/usr/bin/env', '-0'], { env })
      await program.waitForExit()
      const found = (await host.files.readText(at('program.log'))).split('\0').slice(0, -1)
      const expected = Object.entries({ ...mark, ...env }).map(([name, value]) => `${name}=${value}`)
      expect(found.sort()).toEqual(expected.sort())
    }
  })

  contractCase('its umask is that of any other program', async ({ spawn, host, at, shell }) => {
    const program = await spawn(['sh', '-c', 'umask'])
    await program.waitForExit()
    expect(await host.files.readText(at('program.log'))).toBe(await shell('umask'))
  })

  contractCase(
    'its output is appended to the log, which becomes private',
    async ({ spawn, host, at, directory }) => {
      await host.files.write(at('program.log'), 'before\n', { mode: 0o644 })
      const program = await spawn(['sh', '-c', 'pwd -P; echo err >&2'])
      await program.waitForExit()
      expect(await host.files.readText(at('program.log'))).toBe(
        `before\n${await host.files.realPath(directory)}\nerr\n`,
      )
      expect((await host.files.stat(at('program.log')))?.mode).toBe(0o600)
    },
  )

  detachedFailures(contractCase)
}

function detachedFailures(contractCase: ContractCase): void {
  contractCase(
    'what cannot be started is spawn-failed with its cause, and leaves no record',
    async ({ spawn, host, at }) => {
      await host.files.write(at('plain'), 'no program', { mode: 0o644 })
      await host.files.write(at('orphan'), '#!/x/no/such/interpreter\n', { mode: 0o755 })
      for (const argv of [['x-no-such-program'], [at('missing')], [at('plain')], [at('orphan')], [at('')]]) {
        const failure = { name: 'HostError', code: 'spawn-failed', cause: expect.any(Error) as unknown }
        await expect(spawn(argv), argv.join(' ')).rejects.toMatchObject(failure)
      }
      await expect(spawn(SLEEP, { cwd: at('missing') })).rejects.toMatchObject({ code: 'spawn-failed' })
      await expect(spawn(SLEEP, { record: at('missing/record') })).rejects.toMatchObject({
        code: 'spawn-failed',
      })
      await expect(spawn(SLEEP, { log: at('missing/log') })).rejects.toMatchObject({ code: 'spawn-failed' })
      expect((await host.files.list(at(''))).filter((name) => name !== 'program.log')).toEqual([
        'orphan',
        'plain',
      ])
    },
  )

  contractCase(
    'a program that ends at once is no failed start, whatever its exit code',
    async ({ spawn, host }) => {
      for (const code of ['0', '1', '126', '127']) {
        const program = await spawn(['sh', '-c', `exit ${code}`])
        await program.waitForExit()
        expect(await program.isAlive()).toBe(false)
        expect(await host.identify(program.identity.pid)).toBeUndefined()
      }
    },
  )

  contractCase('misuse is a TypeError, before anything runs', async ({ spawn, host, at }) => {
    const misuses = [
      spawn([]),
      spawn(['-x']),
      spawn(['sleep', 'a\0b']),
      spawn(SLEEP, { record: 'relative' }),
      spawn(SLEEP, { log: 'relative' }),
      spawn(SLEEP, { cwd: 'relative' }),
      spawn(SLEEP, { env: { 'a.b': '1' } }),
      spawn(SLEEP, { env: { IFS: 'x' } }),
    ]
    await expectTypeErrors(misuses)
    expect(await host.files.list(at(''))).toEqual([])
  })

  contractCase('the record of a process that still runs is not given to another', async ({ spawn }) => {
    const first = await spawn(SLEEP)
    await expect(spawn(SLEEP)).rejects.toMatchObject({ code: 'already-exists' })
    await first.stop()
    const second = await spawn(SLEEP)
    expect(second.identity).not.toEqual(first.identity)
    await second.stop()
  })
}
