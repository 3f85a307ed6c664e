import { expect, test } from 'vitest'
import { renderFrames } from '../../src/archive/compression.ts'
import { archive } from '../../src/archive/create-archive.ts'
import { restore } from '../../src/archive/restore-archive.ts'
import { entry, makeTar } from './make-tar.ts'
import { openWorker } from './worker.ts'

async function* from(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}

test.each(['gnu', 'busybox'] as const)(
  'with the tools of %s old content goes from closed directories, and files keep their modes elsewhere',
  async (tools) => {
    await using worker = await openWorker(tools)
    worker.shell(
      `mkdir -p copy/closed/deep && echo x >outside && chmod 400 outside && ln outside copy/closed/deep/hard
      echo y >copy/closed/f && chmod 000 copy/closed/deep && chmod 555 copy/closed`,
    )
    await restore(
      worker.host,
      from(renderFrames(makeTar([entry({ path: 'new' })]), 'gzip')),
      worker.at('copy'),
    )
    expect(worker.shell('ls -A copy; ls -A | grep restore; stat -c "%a %h" outside')).toBe('new\n400 1\n')
  },
)

test('closed directories lie in each other, whatever the modes of each are', async () => {
  await using worker = await openWorker()
  const modes = { a: 0o000, 'a/b': 0o500, 'a/b/c': 0o600, 'a/b/c/d': 0o500, 'a/b/e': 0o055 }
  const tar = makeTar(Object.entries(modes).map(([path, mode]) => entry({ path, mode, type: 'directory' })))
  await restore(worker.host, from(renderFrames(tar, 'gzip')), worker.at('copy'))
  for (const [path, mode] of Object.entries(modes))
    expect(worker.shell(`stat -c %a copy/${path} && chmod u+rwx copy/${path}`), path).toBe(
      `${mode.toString(8)}\n`,
    )
})

test('what was left out of the archives goes, also from closed directories', async () => {
  await using worker = await openWorker()
  worker.shell(
    'mkdir -p tree/cache/deep && echo 1 >tree/f && echo x >tree/cache/deep/x && chmod 500 tree/cache/deep && chmod 555 tree/cache && cp -a tree copy',
  )
  const exclude = ['cache']
  const { manifest } = await archive(worker.host, worker.at('tree'), { exclude })
  worker.shell('echo 22 >tree/f')
  const next = await archive(worker.host, worker.at('tree'), { exclude, base: manifest })
  await restore(worker.host, next.stream, worker.at('copy'), { onto: manifest })
  expect(worker.shell('ls -A; ls -A copy; cat copy/f')).toBe('copy\ntree\nf\n22\n')
})
