import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'

let sshd: SshdFixture

beforeAll(async () => (sshd = await openSshd({ maxSessions: 4 })))
afterAll(() => sshd[Symbol.asyncDispose]())

const open = () => openSshHost(sshd.target, sshd.options)
const SLEEP = ['sleep', '600']

test('no value of the environment is ever on a command line', async () => {
  await using scope = await openContractScope(open)
  const { host, at } = scope
  const seen = await scope.spawn(['sh', '-c', SPY, 'sh', at('seen')], { name: 'spy' })
  await scope.said(at('spy.log'), 'watching')
  for (let n = 0; n < 5; n += 1) {
    const env = { PATH: '/usr/bin:/bin', TOKEN: `hush-hush-${n}` }
    const program = await scope.spawn(['sh', '-c', 'exit 0'], { env, name: `quiet${n}` })
    await program.waitForExit()
  }
  expect((await host.files.readText(at('spy.log'))).trim()).toBe('watching')
  // It would have been seen.
  const loud = await scope.spawn(['sh', '-c', 'sleep 600; exit', 'hush-hush'], { name: 'loud' })
  await scope.said(at('spy.log'), '/proc/')
  await loud.stop()
  await seen.stop()
})

/** Says every command line that it meets in which the value stands. Its own has the word in two. */
const SPY = `
echo watching; w=hush-; while :; do
  for p in /proc/[0-9]*; do { tr "\\\\0" " " <$p/cmdline; } 2>/dev/null | grep -a "$w"hush && echo "$p"; done
done
`

test('many ends are waited for by one channel, also when some are given up', async () => {
  await using scope = await openContractScope(open)
  const names = Array.from({ length: 12 }, (_, index) => `p${index}`)
  const programs = await Promise.all(names.map((name) => scope.spawn(SLEEP, { name })))
  const ended: number[] = []
  const waits = programs.map(async (program, index) => {
    await program.waitForExit()
    ended.push(index)
  })
  const stop = new AbortController()
  const given = programs[0]?.waitForExit({ signal: stop.signal })
  stop.abort(new Error('no longer'))
  await expect(given).rejects.toThrow('no longer')
  // With four sessions this could not run beside a channel for each.
  expect((await scope.exec(['echo', 'free'])).stdout).toBe('free\n')
  await programs[7]?.signal('SIGKILL')
  await waits[7]
  expect(ended).toEqual([7])
  const late = await scope.spawn(SLEEP, { name: 'late' })
  const lateEnd = late.waitForExit()
  for (const program of [...programs, late]) await program.stop()
  await Promise.all([...waits, lateEnd])
  expect(ended.length).toBe(12)
})

test('a watch leaves nothing on the worker when nobody waits any more', async () => {
  await using scope = await openContractScope(open)
  const program = await scope.spawn(SLEEP)
  const stop = new AbortController()
  const waiting = program.waitForExit({ signal: stop.signal })
  const count = async () => Number(await scope.shell(`${WATCHERS}; echo $n`))
  for (let tries = 0; (await count()) === 0 && tries < 100; tries += 1) await delay(20)
  stop.abort()
  await expect(waiting).rejects.toBe(stop.signal.reason)
  for (let tries = 0; (await count()) > 0 && tries < 200; tries += 1) await delay(50)
  expect(await count()).toBe(0)
  await program.stop()
})

/** Counts the shells whose text is the watch's; its own text is another. */
const WATCHERS = "n=$(grep -als 'loo[k]s=' /proc/[0-9]*/cmdline | wc -l)"

test('a lost connection ends waits and watches by its name; what is asked later goes by the next one', async () => {
  await using own = await openSshd()
  await using host = await openSshHost(own.target, own.options)
  const at = (name: string) => `${own.home}/${name}`
  const options = { record: at('p.json'), log: at('p.log'), cwd: own.home, env: { PATH: '/usr/bin:/bin' } }
  const program = await host.spawnDetached(SLEEP, options)
  const watch = host.files.watch(at('p.log'))[Symbol.asyncIterator]()
  const tail = host.tail(at('p.log'))[Symbol.asyncIterator]()
  expect((await watch.next()).value).toMatchObject({ type: 'file' })
  const lost = { name: 'HostError', code: 'connection-lost' }
  const all = Promise.all(
    [program.waitForExit(), watch.next(), tail.next()].map((wait) =>
      expect(wait).rejects.toMatchObject(lost),
    ),
  )
  expect(await program.isAlive()).toBe(true)
  own.cut()
  await all
  expect(await program.isAlive()).toBe(true)
  const ended = program.waitForExit()
  expect(await program.stop()).toBe('SIGTERM')
  await ended
})

test('closing the host ends a wait, and the process goes on', async () => {
  await using scope = await openContractScope(open)
  const other = await open()
  await scope.spawn(SLEEP)
  const program = await other.adopt(scope.at('program.json'))
  const waiting = program.waitForExit()
  const lost = expect(waiting).rejects.toMatchObject({ name: 'HostError', code: 'closed' })
  await other.close()
  await lost
  const again = await scope.host.adopt(scope.at('program.json'))
  expect(await again.isAlive()).toBe(true)
  await again.stop()
})

test('a program starts without the signals that a shell makes its background deaf to', async () => {
  await using scope = await openContractScope(open)
  const program = await scope.spawn(['sh', '-c', 'grep SigIgn /proc/$$/status'])
  await program.waitForExit()
  expect(await scope.host.files.readText(scope.at('program.log'))).toMatch(/^SigIgn:\s+0+\n$/)
  const server = await scope.spawn(SLEEP)
  expect(await server.stop([{ signal: 'SIGINT', waitMs: 5_000 }])).toBe('SIGINT')
})

test('a log that is a link, or a pipe, is refused', async () => {
  await using scope = await openContractScope(open)
  await scope.shell('touch elsewhere; ln -s elsewhere program.log; mkfifo pipe.log')
  for (const name of ['program', 'pipe'])
    await expect(scope.spawn(SLEEP, { name }), name).rejects.toMatchObject({ code: 'spawn-failed' })
  expect((await scope.host.files.stat(scope.at('elsewhere')))?.size).toBe(0)
  expect(await scope.host.files.list(scope.directory)).toEqual(['elsewhere', 'pipe.log', 'program.log'])
})
