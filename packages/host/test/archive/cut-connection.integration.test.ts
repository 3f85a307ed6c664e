import { openSshd } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, expect, test } from 'vitest'
import { archive } from '../../src/archive/create-archive.ts'
import { renderFrames } from '../../src/archive/compression.ts'
import { restore } from '../../src/archive/restore-archive.ts'
import { openSshHost } from '../../src/ssh/index.ts'
import { entry, makeTar } from './make-tar.ts'

afterAll(() => expectNoLeaks())

test('a connection that is cut in the middle of a restore or an archive is an error, and costs nothing', async () => {
  await using sshd = await openSshd()
  await using host = await openSshHost(sshd.target, sshd.options)
  const home = sshd.home
  await host.exec(
    ['sh', '-c', 'mkdir target tree; echo old >target/old; head -c 30000000 /dev/urandom >tree/f'],
    { cwd: home },
  )
  const tar = makeTar([entry({ path: 'f', body: Buffer.alloc(2_000_000, 'x') })])
  const bytes = renderFrames(tar, 'gzip')
  async function* cutting(): AsyncGenerator<Uint8Array> {
    yield renderFrames(tar.subarray(0, 1_500_000), 'gzip')
    sshd.cut()
    yield renderFrames(tar.subarray(1_500_000), 'gzip')
  }
  await expect(restore(host, cutting(), `${home}/target`)).rejects.toMatchObject({
    name: 'HostError',
    code: 'connection-lost',
  })
  expect(await host.files.readText(`${home}/target/old`)).toBe('old\n')
  // What was begun goes with the connection.
  await expect
    .poll(() => host.files.list(home).then((names) => names.filter((name) => name.includes('restore'))))
    .toEqual([])
  const { stream } = await archive(host, `${home}/tree`)
  const reading = (async () => {
    for await (const _chunk of stream) sshd.cut()
  })()
  await expect(reading).rejects.toMatchObject({
    name: 'HostError',
    code: 'connection-lost',
  })
  async function* whole(): AsyncGenerator<Uint8Array> {
    yield bytes
  }
  await restore(host, whole(), `${home}/target`)
  expect(await host.files.list(`${home}/target`)).toEqual(['f'])
})
