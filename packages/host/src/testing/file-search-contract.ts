import { setTimeout as delay } from 'node:timers/promises'
import { expect } from 'vitest'
import type { FileStat } from '../host-files.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

/** What `HostFiles.glob` promises. */
export function globContract(contractCase: ContractCase): void {
  contractCase('patterns find names, sorted and absolute', async ({ host, at, shell, directory }) => {
    await shell(
      'mkdir -p a/b/c .hidden "sp ace"; touch x.md y.md z.txt .dot.md a/x.md a/b/x.md a/b/c/x.md .hidden/x.md',
    )
    await shell('touch "sp ace/new\nline.md" "[x].md" "a*b"; ln -s a link; ln -s missing dangling')
    const cases: Readonly<Record<string, readonly string[]>> = {
      '*.md': ['[x].md', 'x.md', 'y.md'],
      '?.md': ['x.md', 'y.md'],
      '[x-y].md': ['x.md', 'y.md'],
      '[!x].*': ['y.md', 'z.txt'],
      '\\[x\\].md': ['[x].md'],
      'a\\*b': ['a*b'],
      '.*.md': ['.dot.md'],
      '*/*.md': ['a/x.md', 'sp ace/new\nline.md'],
      'a/b/x.md': ['a/b/x.md'],
      '**/x.md': ['a/b/c/x.md', 'a/b/x.md', 'a/x.md', 'x.md'],
      'a/**/x.md': ['a/b/c/x.md', 'a/b/x.md', 'a/x.md'],
      '**/b/**': ['a/b/c', 'a/b/c/x.md', 'a/b/x.md'],
      '.hidden/*': ['.hidden/x.md'],
      'link/*': [],
      'l*': ['link'],
      'd*': ['dangling'],
      'X.md': [],
      'missing/*': [],
      'x.md/*': [],
    }
    for (const [pattern, expected] of Object.entries(cases)) {
      const found = await host.files.glob(pattern, { within: directory })
      expect(found, pattern).toEqual(expected.map((name) => at(name)))
    }
    expect(await host.files.glob('*', { within: at('missing') })).toEqual([])
    expect(await host.files.glob('x.md', { within: `${directory}/` })).toEqual([at('x.md')])
  })

  contractCase('a pattern that leads elsewhere is a TypeError', async ({ host, directory }) => {
    const misuses = ['', '/etc/*', '../*', 'a/../*', './*', 'a//b', 'a/', 'a\0'].map((pattern) =>
      host.files.glob(pattern, { within: directory }),
    )
    await expectTypeErrors([...misuses, host.files.glob('*', { within: 'relative' })])
  })
}

/** What `HostFiles.watch` promises. */
export function watchContract(contractCase: ContractCase): void {
  contractCase('a file is told at once, and after each change', async ({ host, at, shell }) => {
    const watched = watching(host.files.watch(at('file')))
    expect(await watched.next()).toBeUndefined()
    const steps: readonly (readonly [string, (found: FileStat | undefined) => boolean])[] = [
      ['echo 1 >file', (found) => found?.size === 2],
      ['echo 22 >>file', (found) => found?.size === 5],
      ['chmod 600 file; chmod 640 file', (found) => found?.mode === 0o640],
      ['echo other >other; mv other file', (found) => found?.size === 6],
      ['rm file', (found) => found === undefined],
      ['ln -s missing file', (found) => found?.type === 'symlink'],
      ['rm file; mkdir file', (found) => found?.type === 'directory'],
    ]
    for (const [script, isSeen] of steps) {
      await shell(script)
      await watched.until(isSeen)
    }
    await watched.leave()
  })

  contractCase('a change of the same size in the same instant is told', async ({ host, at, shell }) => {
    await host.files.write(at('file'), 'a')
    const watched = watching(host.files.watch(at('file')))
    await watched.next()
    for (let n = 0; n < 5; n += 1) {
      const next = watched.next()
      await shell('printf "$1" >file', String(n))
      expect((await next)?.type).toBe('file')
      await watched.settle()
    }
    await watched.leave()
  })

  contractCase('a name that comes or goes is a change of its directory', async ({ host, at, shell }) => {
    await shell('mkdir there')
    const watched = watching(host.files.watch(at('there')))
    expect((await watched.next())?.type).toBe('directory')
    for (const script of ['touch there/a', 'touch there/b', 'mv there/a there/c', 'rm there/b']) {
      await watched.settle()
      const next = watched.next()
      await shell(script)
      expect((await next)?.type).toBe('directory')
    }
    await watched.leave()
  })

  contractCase('it ends by leaving, an abort, or the end of the host', async ({ host, at, open }) => {
    const reason = new Error('enough')
    const stop = new AbortController()
    const given = watching(host.files.watch(at('file'), { signal: stop.signal }))
    await given.next()
    const next = expect(given.next()).rejects.toBe(reason)
    stop.abort(reason)
    await next
    const other = await open()
    const closed = watching(other.files.watch(at('file')))
    await closed.next()
    const last = expect(closed.next()).rejects.toMatchObject({ code: 'closed' })
    await other.close()
    await last
    expect(() => host.files.watch('file')).toThrow(TypeError)
  })
}

interface Watching {
  next(): Promise<FileStat | undefined>
  until(isSeen: (found: FileStat | undefined) => boolean): Promise<void>
  /** Takes what is told already, until it is quiet for a while. */
  settle(): Promise<void>
  leave(): Promise<void>
}

function watching(watch: AsyncIterable<FileStat | undefined>): Watching {
  const iterator = watch[Symbol.asyncIterator]()
  let pending: Promise<FileStat | undefined> | undefined
  const ask = (): Promise<FileStat | undefined> => {
    pending ??= iterator.next().then((result) => {
      if (result.done === true) throw new Error('the watch ended')
      return result.value
    })
    return pending
  }
  const next = async (): Promise<FileStat | undefined> => {
    try {
      return await ask()
    } finally {
      pending = undefined
    }
  }
  return {
    next,
    async until(isSeen) {
      while (!isSeen(await next()));
    },
    async settle() {
      while ((await Promise.race([ask(), delay(100, 'quiet')])) !== 'quiet') await next()
    },
    async leave() {
      pending?.catch(() => undefined)
      await iterator.return?.()
    },
  }
}
