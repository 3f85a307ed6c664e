import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'

const SLEEP = ['sleep', '600']

/** What adopting, identifying and waiting for a detached process promises. */
export function adoptContract(contractCase: ContractCase): void {
  contractCase(
    'it outlives the host that started it, and another one adopts it',
    async ({ open, mark, at, directory }) => {
      const first = await open()
      const options = {
        record: at('r.json'),
        log: at('r.log'),
        cwd: directory,
        env: { ...mark, PATH: '/usr/bin:/bin' },
      }
      const started = await first.spawnDetached(SLEEP, options)
      await first.close()
      const second = await open()
      const adopted = await second.adopt(at('r.json'))
      expect(adopted.identity).toEqual(started.identity)
      expect(await adopted.isAlive()).toBe(true)
      expect(await second.identify(adopted.identity.pid)).toEqual(started.identity)
      const ended = adopted.waitForExit()
      expect(await adopted.signal('SIGTERM')).toBe(true)
      await ended
      expect(await adopted.isAlive()).toBe(false)
    },
  )

  contractCase('a process that has ended is adopted as one that has ended', async ({ spawn, host, at }) => {
    await (await spawn(['true'])).waitForExit()
    const adopted = await host.adopt(at('program.json'))
    expect(await adopted.isAlive()).toBe(false)
    await adopted.waitForExit()
    expect(await adopted.signal('SIGTERM')).toBe(false)
    expect(await adopted.signal('SIGTERM', { group: true })).toBe(false)
    expect(await adopted.stop()).toBeUndefined()
  })

  contractCase('a recycled pid, or one of another boot, is never signalled', async ({ spawn, host, at }) => {
    const bystander = await spawn(SLEEP)
    const { pid, startTime, bootId } = bystander.identity
    const others = [
      { pid, startTime: String(BigInt(startTime) - 1n), bootId },
      { pid, startTime: String(BigInt(startTime) + 1n), bootId },
      { pid, startTime, bootId: '00000000-0000-4000-8000-000000000000' },
    ]
    for (const other of others) {
      await host.files.write(at('other.json'), JSON.stringify(other))
      const stale = await host.adopt(at('other.json'))
      expect(await stale.isAlive()).toBe(false)
      await stale.waitForExit()
      expect(await stale.signal('SIGKILL')).toBe(false)
      expect(await stale.signal('SIGKILL', { group: true })).toBe(false)
      expect(await stale.stop()).toBeUndefined()
    }
    expect(await bystander.isAlive()).toBe(true)
    expect(await bystander.stop()).toBe('SIGTERM')
  })

  contractCase('what is no record is refused', async ({ host, at }) => {
    await expect(host.adopt(at('missing.json'))).rejects.toMatchObject({
      name: 'HostError',
      code: 'not-found',
    })
    const bootId = host.facts.bootId
    const records = [
      '',
      'null',
      '[]',
      '{"pid":',
      ...[0, 1, -1, -4711, 1.5, 1e12, '4711', null].map((pid) =>
        JSON.stringify({ pid, startTime: '1', bootId }),
      ),
      JSON.stringify({ pid: 4711, startTime: 1, bootId }),
      JSON.stringify({ pid: 4711, startTime: '-1', bootId }),
      JSON.stringify({ pid: 4711, startTime: '1', bootId: '../x' }),
      JSON.stringify({ pid: 4711, startTime: '1' }),
      JSON.stringify({ pid: 4711, startTime: '1', bootId, more: true }),
      ' '.repeat(100_000),
    ]
    for (const record of records) {
      await host.files.write(at('bad.json'), record)
      await expect(host.adopt(at('bad.json')), record.slice(0, 80)).rejects.toMatchObject({ code: 'io' })
    }
  })

  contractCase('identify knows what runs; a zombie does not', async ({ host, spawn, shell, said, at }) => {
    // A shell may still collect a child that ends before the shell has become what never does.
    const child = 'until grep -qs sleep "/proc/$PPID/comm"; do sleep 0.01; done'
    const parent = await spawn(['sh', '-c', 'sh -c "$1" & echo "child $! ."; exec sleep 600', 'sh', child])
    await said(at('program.log'), ' .')
    const zombie = Number((await host.files.readText(at('program.log'))).split(' ')[1])
    await shell('until grep -qs "State:.Z" "/proc/$1/status"; do sleep 0.02; done', String(zombie))
    expect(await host.identify(zombie)).toBeUndefined()
    expect(await host.identify(parent.identity.pid)).toEqual(parent.identity)
    expect(await host.identify(4_194_303)).toBeUndefined()
    for (const pid of [0, 1, -1, 1.5, Number.NaN])
      await expect(host.identify(pid)).rejects.toBeInstanceOf(TypeError)
    await parent.stop()
  })

  contractCase('a wait can be given up; the process stays', async ({ spawn, host, at }) => {
    const started = await spawn(SLEEP)
    for (const program of [started, await host.adopt(at('program.json'))]) {
      const reason = new Error('no longer')
      const stop = new AbortController()
      const waiting = program.waitForExit({ signal: stop.signal })
      stop.abort(reason)
      await expect(waiting).rejects.toBe(reason)
      await expect(program.waitForExit({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
      expect(await program.isAlive()).toBe(true)
    }
    await started.stop()
  })
}
