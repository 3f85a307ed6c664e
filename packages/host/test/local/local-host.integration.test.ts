import { homedir } from 'node:os'
import { afterAll, describe, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { HostError } from '../../src/errors.ts'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'
import { describeHostContract } from '../../src/testing/describe-host-contract.ts'

afterAll(() => expectNoLeaks())

describeHostContract('LocalHost', openLocalHost)

describe('LocalHost', () => {
  test('knows the machine that it is', async () => {
    await using host = await openLocalHost()
    expect(host.name).toBe('local')
    expect(host.facts).toMatchObject({ platform: process.platform, arch: process.arch, home: homedir() })
    expect(host.facts.bootId).toMatch(/^[0-9a-f-]{36}$/)
    expect(host.facts.env.PATH).toBe(process.env['PATH'])
  })

  test('a program inherits our environment as it is when it starts', async () => {
    await using host = await openLocalHost()
    process.env['X_INHERITED'] = 'late'
    try {
      expect((await host.exec(['sh', '-c', 'echo "$X_INHERITED"'])).stdout).toBe('late\n')
    } finally {
      delete process.env['X_INHERITED']
    }
  })

  test('a busy event loop does not cut the output of a program with something in the background', async () => {
    await using scope = await openContractScope(openLocalHost)
    const running = scope.exec(['sh', '-c', 'sleep 600 & echo $!; head -c 3000000 /dev/zero'])
    const busy = setInterval(() => {
      const until = performance.now() + 400
      while (performance.now() < until);
    }, 20)
    const { stdout } = await running.finally(() => {
      clearInterval(busy)
    })
    const pid = stdout.slice(0, stdout.indexOf('\n'))
    await scope.shell('kill "$1"', pid)
    expect(stdout.length).toBe(pid.length + 1 + 3_000_000)
  })

  test('a program that replaces itself again and again has begun', async () => {
    await using scope = await openContractScope(openLocalHost)
    // Between two of its lives a process has no command line for an instant.
    const again = 'if [ "$1" -gt 0 ]; then exec sh -c "$0" "$0" $(($1 - 1)); fi; exec sleep 600'
    for (let n = 0; n < 40; n += 1) {
      const program = await scope.spawn(['sh', '-c', again, again, '20'])
      expect(await program.isAlive()).toBe(true)
      await program.stop([{ signal: 'SIGKILL', waitMs: 5_000 }])
    }
  })

  test('the log is no way to write somewhere else', async () => {
    await using scope = await openContractScope(openLocalHost)
    await scope.shell('touch elsewhere; ln -s elsewhere program.log')
    await expect(scope.spawn(['echo', 'x'])).rejects.toMatchObject({ code: 'spawn-failed' })
    expect(await scope.host.files.list(scope.directory)).toEqual(['elsewhere', 'program.log'])
  })

  test('the tail of the log is the cause of a start that failed late', async () => {
    await using scope = await openContractScope(openLocalHost)
    await scope.host.files.write(scope.at('orphan'), '#!/x/no/such/interpreter\n', { mode: 0o755 })
    const error: unknown = await scope.spawn([scope.at('orphan')]).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(HostError)
    expect(String((error as HostError).cause)).toContain('not found')
  })

  test('of a log of any size only the end is read', async () => {
    await using scope = await openContractScope(openLocalHost)
    await scope.host.files.write(scope.at('orphan'), '#!/x/no/such/interpreter\n', { mode: 0o755 })
    await scope.shell('truncate -s 3G program.log')
    const error: unknown = await scope.spawn([scope.at('orphan')]).catch((reason: unknown) => reason)
    expect(String((error as HostError).cause)).toContain('not found')
    expect(String((error as HostError).cause)).not.toContain('\0')
  })

  test('messages name the program, not its arguments', async () => {
    await using host = await openLocalHost()
    const error: unknown = await host
      .exec(['sh', '-c', 'sleep 600', 'secret'], { timeoutMs: 20 })
      .catch((reason: unknown) => reason)
    expect(String(error)).toBe('HostError: 20 ms passed while running sh')
  })
})
