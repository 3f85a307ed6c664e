import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'

/** A leader with one child, of which each says how it ended; `$1` and `$2` are what they do at SIGTERM. */
const FAMILY =
  'trap "$1" TERM; (trap "$2" TERM; echo "child up"; while :; do sleep 0.05; done) & echo "leader up"; while :; do wait; done'

/** How a detached process and its group are ended. A `groupCase` needs signals that reach a whole process group. */
export function stopContract(contractCase: ContractCase, groupCase: ContractCase): void {
  contractCase('stop tells the signal that ended it, and is done when it has ended', async ({ spawn }) => {
    const program = await spawn(['sleep', '600'])
    expect(await program.stop()).toBe('SIGTERM')
    expect(await program.isAlive()).toBe(false)
    expect(await program.stop()).toBeUndefined()
  })

  contractCase('stop climbs until it has ended', async ({ spawn, at, said }) => {
    const program = await spawn(['sh', '-c', FAMILY, 'sh', '', ''])
    await said(at('program.log'), 'child up')
    await said(at('program.log'), 'leader up')
    const ladder = [
      { signal: 'SIGTERM', waitMs: 50 },
      { signal: 'SIGTERM', waitMs: 50 },
      { signal: 'SIGKILL', waitMs: 5_000 },
    ] as const
    expect(await program.stop(ladder)).toBe('SIGKILL')
  })

  contractCase('what survives the last step is timed-out', async ({ spawn, at, said }) => {
    const program = await spawn(['sh', '-c', FAMILY, 'sh', '', ''])
    await said(at('program.log'), 'leader up')
    await expect(program.stop([{ signal: 'SIGTERM', waitMs: 50 }])).rejects.toMatchObject({
      code: 'timed-out',
    })
    await expect(program.stop([])).rejects.toBeInstanceOf(TypeError)
    expect(await program.isAlive()).toBe(true)
    expect(await program.stop([{ signal: 'SIGKILL', waitMs: 5_000 }])).toBe('SIGKILL')
  })

  groupCase('stop ends what the leader leaves in its group', async ({ spawn, at, said, host }) => {
    await spawn(['sh', '-c', FAMILY, 'sh', 'exit 0', ''])
    await said(at('program.log'), 'child up')
    await said(at('program.log'), 'leader up')
    const adopted = await host.adopt(at('program.json'))
    expect(await adopted.stop()).toBe('SIGTERM')
  })

  groupCase('stop ends what a leader left that has ended before', async ({ spawn, host, shell, at }) => {
    const program = await spawn(['sh', '-c', 'trap "" TERM; sleep 600 & echo $!'])
    await program.waitForExit()
    const child = (await host.files.readText(at('program.log'))).trim()
    const adopted = await host.adopt(at('program.json'))
    expect(await adopted.stop()).toBeUndefined()
    expect(await shell('cat "/proc/$1/stat" 2>/dev/null || :', child)).toMatch(/^$|\) Z /)
  })

  groupCase(
    'what is in the group but older than the recorded leader is not touched',
    async ({ spawn, host, at }) => {
      const program = await spawn(['sh', '-c', 'sleep 600 & echo $!'])
      await program.waitForExit()
      const child = Number(await host.files.readText(at('program.log')))
      const later = String(BigInt(program.identity.startTime) + 1_000_000n)
      await host.files.write(at('later.json'), JSON.stringify({ ...program.identity, startTime: later }))
      const stale = await host.adopt(at('later.json'))
      expect(await stale.stop()).toBeUndefined()
      expect(await stale.signal('SIGKILL', { group: true })).toBe(false)
      expect((await host.identify(child))?.pid).toBe(child)
      expect(await program.stop()).toBeUndefined()
      expect(await host.identify(child)).toBeUndefined()
    },
  )

  contractCase('stop leaves alone what has a session of its own', async ({ spawn, host, at, said }) => {
    const leader = await spawn(['sh', '-c', 'setsid sh -c "echo \\$\\$; echo up; exec sleep 600" & wait'])
    await said(at('program.log'), 'up')
    await leader.stop()
    const pid = Number((await host.files.readText(at('program.log'))).split('\n')[0])
    const other = await host.identify(pid)
    expect(other?.pid).toBe(pid)
    await host.files.write(at('other.json'), JSON.stringify(other))
    expect(await (await host.adopt(at('other.json'))).stop()).toBe('SIGTERM')
  })

  groupCase('a signal reaches the leader, or with `group` all', async ({ spawn, at, said }) => {
    const program = await spawn(['sh', '-c', FAMILY, 'sh', 'echo "leader heard"', 'echo "child heard"; exit'])
    await said(at('program.log'), 'child up')
    await said(at('program.log'), 'leader up')
    expect(await program.signal('SIGTERM')).toBe(true)
    await said(at('program.log'), 'leader heard')
    expect(await program.signal('SIGTERM', { group: true })).toBe(true)
    await said(at('program.log'), 'child heard')
    expect(await program.stop([{ signal: 'SIGKILL', waitMs: 5_000 }])).toBe('SIGKILL')
  })

  groupCase('with `group` a signal reaches what the leader left', async ({ spawn, at, said }) => {
    const program = await spawn([
      'sh',
      '-c',
      '(trap "echo heard; exit" TERM; echo up; while :; do sleep 0.05; done) &',
    ])
    await program.waitForExit()
    await said(at('program.log'), 'up')
    expect(await program.signal('SIGTERM')).toBe(false)
    expect(await program.signal('SIGTERM', { group: true })).toBe(true)
    await said(at('program.log'), 'heard')
  })
}
