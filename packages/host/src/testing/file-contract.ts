import { expect } from 'vitest'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

/** What `HostFiles` promises. */
export function fileContract(contractCase: ContractCase): void {
  contractCase('bytes come back as they were written', async ({ host, at }) => {
    const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => index % 251)
    await host.files.write(at('bytes'), bytes)
    expect(Buffer.compare(await host.files.read(at('bytes')), bytes)).toBe(0)
    await host.files.write(at('text'), '\uFEFFé€😀\n')
    expect(await host.files.readText(at('text'))).toBe('\uFEFFé€😀\n')
    await host.files.write(at('empty'), '')
    expect((await host.files.read(at('empty'))).length).toBe(0)
  })

  contractCase(
    'a new file is private; a replaced one keeps its mode; a given mode is exact',
    async ({ host, at }) => {
      const modeOf = async (name: string) => (await host.files.stat(at(name)))?.mode
      await host.files.write(at('new'), 'x')
      expect(await modeOf('new')).toBe(0o600)
      await host.files.write(at('open'), 'x', { mode: 0o666 })
      expect(await modeOf('open')).toBe(0o666)
      await host.files.write(at('open'), 'y')
      expect(await modeOf('open')).toBe(0o666)
      await host.files.write(at('open'), 'z', { mode: 0o640 })
      expect(await modeOf('open')).toBe(0o640)
    },
  )

  contractCase(
    'a reader sees the old bytes or the new ones, and nothing else lies around',
    async ({ host, at, directory }) => {
      const [old, next] = ['a'.repeat(200_000), 'b'.repeat(150_000)]
      await host.files.write(at('file'), old)
      const writes = (async () => {
        for (let round = 0; round < 10; round += 1)
          await host.files.write(at('file'), round % 2 === 0 ? next : old)
      })()
      for (let round = 0; round < 10; round += 1) {
        const seen = await host.files.readText(at('file'))
        expect(seen === old || seen === next).toBe(true)
      }
      await writes
      expect(await host.files.list(directory)).toEqual(['file'])
    },
  )

  contractCase('a failed write leaves nothing behind', async ({ host, at, directory, shell }) => {
    await shell('mkdir taken && touch taken/inside')
    await expect(host.files.write(at('taken'), 'x')).rejects.toMatchObject({ name: 'HostError' })
    await expect(host.files.write(at('missing/file'), 'x')).rejects.toMatchObject({ code: 'not-found' })
    expect(await host.files.list(directory)).toEqual(['taken'])
  })

  contractCase('a write replaces a symlink and does not follow it', async ({ host, at, shell }) => {
    await shell('echo target >target; ln -s target link')
    await host.files.write(at('link'), 'new')
    expect((await host.files.stat(at('link')))?.type).toBe('file')
    expect(await host.files.readText(at('target'))).toBe('target\n')
  })

  contractCase('reading is bounded', async ({ host, at, shell }) => {
    await host.files.write(at('file'), '12345')
    expect(await host.files.readText(at('file'), { maxBytes: 5 })).toBe('12345')
    await expect(host.files.read(at('file'), { maxBytes: 4 })).rejects.toMatchObject({ code: 'too-large' })
    await shell('truncate -s 100M sparse')
    await expect(host.files.read(at('sparse'))).rejects.toMatchObject({ code: 'too-large' })
    await expect(host.files.read(at('file'), { maxBytes: -1 })).rejects.toBeInstanceOf(TypeError)
  })

  contractCase(
    'only regular files are read; a FIFO is refused, not waited for',
    async ({ host, at, directory, shell }) => {
      await shell('mkfifo fifo')
      for (const path of [at('fifo'), '/dev/zero', directory]) {
        await expect(host.files.read(path), path).rejects.toMatchObject({ name: 'HostError', code: 'io' })
      }
      await expect(host.files.read(at('missing'))).rejects.toMatchObject({ code: 'not-found' })
      expect(await host.files.readText('/proc/sys/kernel/ostype')).toBe('Linux\n')
    },
  )

  contractCase('stat tells what is there, links included', async ({ host, at, shell }) => {
    await shell(
      'echo 12345 >file; chmod 640 file; mkdir directory; mkfifo fifo; ln -s missing link; touch -d @1000 file',
    )
    expect(await host.files.stat(at('file'))).toEqual({
      type: 'file',
      size: 6,
      mode: 0o640,
      modifiedMs: 1_000_000,
      uid: host.facts.uid,
    })
    expect((await host.files.stat(at('directory')))?.type).toBe('directory')
    expect((await host.files.stat(at('fifo')))?.type).toBe('fifo')
    expect((await host.files.stat(at('link')))?.type).toBe('symlink')
    expect((await host.files.stat('/dev/null'))?.type).toBe('other')
    expect(await host.files.stat(at('missing'))).toBeUndefined()
    expect(await host.files.stat(at('file/below'))).toBeUndefined()
  })

  directories(contractCase)
}

function directories(contractCase: ContractCase): void {
  contractCase('a directory is listed by name, sorted', async ({ host, at, directory, shell }) => {
    await shell('touch b a .c "with space" é; mkdir d')
    expect(await host.files.list(directory)).toEqual(['.c', 'a', 'b', 'd', 'with space', 'é'])
    await expect(host.files.list(at('a'))).rejects.toMatchObject({ code: 'not-a-directory' })
    await expect(host.files.list(at('missing'))).rejects.toMatchObject({ code: 'not-found' })
  })

  contractCase(
    'directories are made with their parents, private or with the mode',
    async ({ host, at, shell }) => {
      const modeOf = async (name: string) => (await host.files.stat(at(name)))?.mode
      await shell('mkdir -m 750 there')
      await host.files.makeDirectory(at('there/a/b'))
      await host.files.makeDirectory(at('there/open/er'), { mode: 0o777 })
      await host.files.makeDirectory(at('there'), { mode: 0o700 })
      const modes = await Promise.all(
        ['there', 'there/a', 'there/a/b', 'there/open', 'there/open/er'].map(modeOf),
      )
      expect(modes).toEqual([0o750, 0o700, 0o700, 0o777, 0o777])
      await host.files.write(at('file'), '')
      await expect(host.files.makeDirectory(at('file'))).rejects.toMatchObject({ code: 'already-exists' })
      await expect(host.files.makeDirectory(at('file/below'))).rejects.toMatchObject({
        code: 'not-a-directory',
      })
    },
  )

  contractCase('a directory where none can be made is an error, not an endless try', async ({ host }) => {
    // The parent is there, and yet the kernel says that it is not.
    for (const directory of ['/proc/self/nope', '/proc/self/nope/deeper']) {
      await expect(host.files.makeDirectory(directory), directory).rejects.toMatchObject({
        name: 'HostError',
        code: 'not-found',
      })
    }
  })

  contractCase('a link to nowhere is in the way of a directory', async ({ host, at, shell }) => {
    await shell('ln -s missing link; mkdir real; ln -s real there')
    for (const directory of [at('link'), at('link/below')]) {
      await expect(host.files.makeDirectory(directory), directory).rejects.toMatchObject({
        code: 'already-exists',
      })
    }
    await host.files.makeDirectory(at('there/below'))
    expect((await host.files.stat(at('real/below')))?.type).toBe('directory')
  })

  contractCase(
    'remove takes a tree, never follows a link, and does not mind what is missing',
    async ({ host, at, directory, shell }) => {
      await shell(
        'mkdir -p keep tree/deep; touch keep/file tree/deep/file; ln -s ../keep tree/link; ln -s keep link',
      )
      await host.files.remove(at('tree'))
      await host.files.remove(at('link/'))
      await host.files.remove(at('missing'))
      expect(await host.files.list(directory)).toEqual(['keep'])
      expect(await host.files.list(at('keep'))).toEqual(['file'])
      for (const path of ['/', at('keep/.'), at('keep/..')]) {
        await expect(host.files.remove(path), path).rejects.toBeInstanceOf(TypeError)
      }
      expect(await host.files.list(at('keep'))).toEqual(['file'])
    },
  )

  contractCase('rename moves and replaces', async ({ host, at, directory }) => {
    await host.files.write(at('a'), 'a')
    await host.files.write(at('b'), 'b')
    await host.files.rename(at('a'), at('b'))
    expect(await host.files.list(directory)).toEqual(['b'])
    expect(await host.files.readText(at('b'))).toBe('a')
    await expect(host.files.rename(at('a'), at('c'))).rejects.toMatchObject({ code: 'not-found' })
  })

  contractCase('realPath resolves links', async ({ host, at, directory, shell }) => {
    await shell('mkdir -p real; ln -s real one; ln -s one two; ln -s two/missing three')
    const real = await host.files.realPath(directory)
    expect(await host.files.realPath(at('two'))).toBe(`${real}/real`)
    await expect(host.files.realPath(at('three'))).rejects.toMatchObject({ code: 'not-found' })
  })

  contractCase('a relative path is a TypeError', async ({ host, at }) => {
    const { files } = host
    const misuses = [
      files.read('file'),
      files.readText(''),
      files.write('file', 'x'),
      files.write(at('file'), 'x', { mode: 0o10000 }),
      files.stat('./file'),
      files.list('.'),
      files.makeDirectory('a'),
      files.remove('a'),
      files.rename(at('a'), 'b'),
      files.rename('a', at('b')),
      files.realPath('~'),
      files.read(`${at('a')}\0b`),
    ]
    await expectTypeErrors(misuses)
  })
}
