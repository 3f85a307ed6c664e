import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { Readable } from 'node:stream'
import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'
import { nextLine } from './next-line.ts'

/** What `Host.exec` promises of input that comes in pieces. */
export function execInputContract(contractCase: ContractCase): void {
  contractCase('input may be a stream, of any size', async ({ exec }) => {
    const piece = Buffer.alloc(100_000, 'x')
    async function* pieces(): AsyncGenerator<Uint8Array, void> {
      for (let n = 0; n < 200; n += 1) yield piece
    }
    expect((await exec(['wc', '-c'], { stdin: pieces() })).stdout.trim()).toBe('20000000')
    expect(
      (
        await exec(['cat'], {
          stdin: Readable.from([Buffer.from('é').subarray(0, 1), Buffer.from('é').subarray(1)]),
        })
      ).stdout,
    ).toBe('é')
  })

  contractCase('no more input is asked for than the program reads', async ({ exec, at, said, host }) => {
    let asked = 0
    async function* endless(): AsyncGenerator<Uint8Array, void> {
      for (;;) {
        asked += 1
        yield Buffer.alloc(65_536)
      }
    }
    const script = 'echo up >"$1"; until [ -e "$2" ]; do sleep 0.02; done'
    const running = exec(['sh', '-c', script, 'sh', at('up'), at('go')], { stdin: endless() })
    await said(at('up'), 'up')
    const before = asked
    await host.exec(['sleep', '0.2'])
    expect(asked).toBeLessThan(Math.max(200, before + 2))
    await host.files.write(at('go'), '')
    expect((await running).exitCode).toBe(0)
  })

  contractCase('a source is left when the program has ended', async ({ exec }) => {
    const source = new Readable({ read: () => undefined })
    source.push('first\n')
    const closed = once(source, 'close')
    expect((await exec(['head', '-n', '1'], { stdin: source })).stdout).toBe('first\n')
    await closed
  })

  contractCase('what a source throws ends the program, and is thrown', async ({ exec }) => {
    const reason = new Error('the source is broken')
    async function* broken(): AsyncGenerator<Uint8Array, void> {
      yield Buffer.from('x')
      throw reason
    }
    await expect(exec(['sh', '-c', 'sleep 600 & cat; wait'], { stdin: broken() })).rejects.toBe(reason)
    await expectTypeErrors([
      exec(['cat'], { stdin: 4 as unknown as string }),
      exec(['cat'], { stdin: {} as unknown as string }),
    ])
  })
}

/** How a program's environment is made. A `spawnCase` needs programs beside us as well. */
export function envRemoveContract(contractCase: ContractCase): void {
  contractCase('envRemove takes names out of the base; what env gives stays', async ({ exec }) => {
    const show = ['sh', '-c', 'echo "${HOME-none} ${PATH:+path} ${HOMELY-none}"']
    const env = { HOMELY: 'given' }
    expect((await exec(show, { envRemove: ['H?M*'], env })).stdout).toBe('none path given\n')
    expect((await exec(show, { envRemove: ['h?m*', 'H'], env: { HOME: '/h' } })).stdout).toBe(
      '/h path none\n',
    )
    expect((await exec(['/usr/bin/env'], { envRemove: ['*'] })).stdout).toMatch(/^X_HOST_CONTRACT=\S+\n$/)
    await expectTypeErrors([exec(['true'], { envRemove: [''] })])
  })
}

/** What `secretEnv` promises. */
export function secretEnvContract(contractCase: ContractCase, spawnCase: ContractCase): void {
  contractCase('secretEnv is laid over env', async ({ exec }) => {
    const value = ` it's "$HOME" \`id\`\nand \\ a second line; é€😀 `
    const { stdout } = await exec(['sh', '-c', 'printf "%s|%s" "$SECRET" "$OTHER"'], {
      env: { OTHER: 'o' },
      secretEnv: { SECRET: value },
    })
    expect(stdout).toBe(`${value}|o`)
    await expectTypeErrors([
      exec(['true'], { env: { A: '1' }, secretEnv: { A: '2' } }),
      exec(['true'], { secretEnv: { 'A=': '2' } }),
      exec(['true'], { secretEnv: { A: 'a\0b' } }),
    ])
  })

  spawnCase(
    "a secret is on no command line, and in no environment but the program's",
    async ({ start, exec, directory }) => {
      const value = randomUUID()
      await using program = await start(['sh', '-c', 'echo "${#SECRET}"; exec sleep 600'], {
        secretEnv: { SECRET: value },
      })
      expect(await nextLine(program.stdout)).toBe('36')
      // The value comes in by standard input: as an argument the search would find itself.
      const search = (file: string) =>
        exec(['sh', '-c', `cat >value; grep -lszF -f value /proc/[0-9]*/${file}`], {
          stdin: value,
          cwd: directory,
        })
      expect((await search('cmdline')).stdout).toBe('')
      expect((await search('environ')).stdout).toBe(`/proc/${program.pid}/environ\n`)
    },
  )

  contractCase('a secret is in no message', async ({ exec }) => {
    const value = randomUUID()
    const failure: unknown = await exec(['x-no-such-program'], { secretEnv: { SECRET: value } }).catch(
      (error: unknown) => error,
    )
    const { message, stack, cause } = failure as Error
    expect([message, stack, String(cause)].join('\n')).not.toContain(value)
  })
}
