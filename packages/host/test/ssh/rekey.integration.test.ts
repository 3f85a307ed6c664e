import { randomBytes } from 'node:crypto'
import { readFile, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { openSshd, privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'

const LINES = 3_000
const WRITE_LINES = `n=0; while [ $n -lt ${LINES} ]; do n=$((n+1)); echo "line $n"; done`

test('a server that changes its keys all the time changes no byte of a copy, a tail and a run', async () => {
  await using sshd = await openSshd({ config: ['RekeyLimit 1M', 'LogLevel DEBUG'] })
  await using scratch = await privateDirectory()
  await using host = await openSshHost(sshd.target, sshd.options)
  const [from, back] = ['from', 'back'].map((name) => path.join(scratch.path, name)) as [string, string]
  const there = `${sshd.home}/copy`
  const log = `${sshd.home}/log`
  const bytes = randomBytes(32 * 1024 * 1024)
  await writeFile(from, bytes)
  await host.files.write(log, '')
  const copy = { isUnderWay: true }
  const copying = host.files
    .copyIn(from, there)
    .then(() => host.files.copyOut(there, back))
    .finally(() => (copy.isUnderWay = false))
  const following = (async () => {
    const seen: string[] = []
    for await (const { line } of host.tail(log)) if (seen.push(line) === LINES) break
    return seen
  })()
  const appending = host.exec(['sh', '-c', `{ ${WRITE_LINES}; } >>"$1"`, 'sh', log])
  const wanted = Array.from({ length: LINES }, (_, n) => `line ${n + 1}`)
  do {
    const { stdout } = await host.exec(['sh', '-c', WRITE_LINES])
    expect(stdout).toBe(`${wanted.join('\n')}\n`)
  } while (copy.isUnderWay)
  await Promise.all([copying, appending])
  expect(await following).toEqual(wanted)
  expect(bytes.equals(await readFile(back))).toBe(true)
  // Its log is long: of some 64 times the last ones are still there.
  expect(sshd.log().match(/: rekeying out/g)?.length).toBeGreaterThan(5)
})
