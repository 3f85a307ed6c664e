import { createReadStream } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import type { ArchiveHost } from '../../src/archive/archive-host.ts'
import { renderArchiveHeader } from '../../src/archive/archive-header.ts'
import { renderFrames } from '../../src/archive/compression.ts'
import { archive } from '../../src/archive/create-archive.ts'
import type { Manifest } from '../../src/archive/manifest.ts'
import { restore } from '../../src/archive/restore-archive.ts'
import { entry, makeTar, type WholeEntry } from './make-tar.ts'
import { openWorker, type Worker } from './worker.ts'

const FIRST = 'a'.repeat(64)
const SECOND = 'b'.repeat(64)
const LISTING = "find . -mindepth 1 -printf '%p %y %m %l\\n' | LC_ALL=C sort"

async function* from(...chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks
}

async function collect(stream: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

const directory = (path: string, mode = 0o755) => entry({ path, type: 'directory', mode })
const link = (path: string, target: string) => entry({ path, type: 'symlink', link: target })

function made(
  header: { readonly manifest: string; readonly base?: string },
  deleted: readonly string[],
  ...entries: readonly WholeEntry[]
): Buffer {
  return renderFrames(Buffer.concat([...renderArchiveHeader(header, deleted), makeTar(entries)]), 'gzip')
}

/** What is archived of a directory: all of it, then what has changed after each script. */
async function chainOf(worker: Worker, states: readonly string[]): Promise<readonly Buffer[]> {
  worker.shell('mkdir tree')
  const chain: Buffer[] = []
  let base: Manifest | undefined
  for (const state of states) {
    worker.shell(`cd tree && ${state}`)
    const next = await archive(worker.host, worker.at('tree'), base === undefined ? {} : { base })
    chain.push(await collect(next.stream))
    base = next.manifest
  }
  return chain
}

test('an increment that puts a link in the place of a directory changes nothing behind it', async () => {
  await using worker = await openWorker()
  worker.shell('mkdir outside outside/n && echo x >outside/file && chmod 600 outside/file')
  const outside = worker.at('outside')
  const whole = made({ manifest: FIRST }, [], directory('d'), directory('d/file', 0o666))
  const next = made({ manifest: SECOND, base: FIRST }, ['d'], link('d', outside))
  await restore(worker.host, [from(whole), from(next)], worker.at('copy'))
  expect(worker.shell('readlink copy/d; stat -c %a outside/file')).toBe(`${outside}\n600\n`)

  // And over what lies there already.
  worker.shell('mkdir -p tree/d/n && chmod 555 tree/d/n')
  const { manifest } = await archive(worker.host, worker.at('tree'))
  const onto = made({ manifest: SECOND, base: manifest.id }, ['d'], link('d', outside))
  await restore(worker.host, from(onto), worker.at('tree'), { onto: manifest })
  expect(worker.shell('readlink tree/d; stat -c %a outside/n outside')).toBe(`${outside}\n755\n755\n`)
})

test('directories go with what they hold, and come back as something else, in any chain', async () => {
  await using worker = await openWorker()
  const chain = await chainOf(worker, [
    'mkdir -p d/n build/x/y && echo 1 >build/x/y/f && chmod 555 d/n build/x/y',
    'chmod 755 d/n build/x/y && rm -r d build && ln -s build d',
    'mkdir build && echo 2 >build/x && chmod 500 build && rm d && mkdir -m 500 d',
  ])
  await restore(
    worker.host,
    chain.map((bytes) => from(bytes)),
    worker.at('copy'),
  )
  expect(worker.shell(`cd copy && ${LISTING}`)).toBe('./build d 500 \n./build/x f 644 \n./d d 500 \n')
})

test('where the machine cannot list what was unpacked, what was there stays', async () => {
  await using worker = await openWorker('busybox')
  worker.shell('mkdir copy && echo old >copy/old')
  const whole = made({ manifest: FIRST }, [], directory('d'), entry({ path: 'd/f' }))
  const failing = (argv: readonly string[]) =>
    argv.map((arg) => arg.replace('find . -print0', '{ find . -print0; false; }'))
  const host: ArchiveHost = {
    ...worker.host,
    spawn: (argv, options) => worker.host.spawn(failing(argv), options),
  }
  await expect(restore(host, from(whole), worker.at('copy'))).rejects.toMatchObject({ code: 'io' })
  expect(worker.shell('ls -A copy; ls -A')).toBe('old\n.applets\ncopy\n')
})

test('streams that were not begun are ended when the restore fails', async () => {
  await using worker = await openWorker()
  await writeFile(worker.at('whole'), made({ manifest: FIRST }, [], directory('d')))
  await writeFile(worker.at('file'), '')
  const attempts = [
    { first: Buffer.from('no archive'), target: 'copy', options: {} },
    { first: made({ manifest: FIRST }, []), target: 'file', options: {} },
    { first: made({ manifest: FIRST }, []), target: 'copy', options: { signal: AbortSignal.abort() } },
  ]
  for (const { first, target, options } of attempts) {
    const streams = [createReadStream(worker.at('whole')), createReadStream(worker.at('whole'))]
    await expect(
      restore(worker.host, [from(first), ...streams], worker.at(target), options),
    ).rejects.toThrow()
    await expect.poll(() => streams.map(({ closed }) => closed)).toEqual([true, true])
  }
})
