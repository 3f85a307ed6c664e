import { expect } from 'vitest'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'
import { expectTypeErrors } from './expect-type-errors.ts'

/** A place `in` with ways out of it, and what lies outside. */
const TRAPS = `
  mkdir -p in/deep out/dir; echo secret >out/file; echo inside >in/file; echo deep >in/deep/file
  ln -s ../out/file in/link-out; ln -s ../out in/dir-out; ln -s "$PWD/out" in/absolute-out
  ln -s deep in/dir-in; ln -s "$PWD/in/deep/file" in/link-in; ln -s link-in in/twice; ln -s . in/self
  ln -s nowhere in/dangling; mkfifo in/fifo; ln -s /dev/zero in/device; mkdir in-beside; echo beside >in-beside/file
`

/** Without a process for each step, and about as often as the host takes a step: it falls between any two of them. */
const FLIP = `
  sub pause { select undef, undef, undef, 0.0003 }
  until (-e 'stop') {
    rename 'in/deep', 'in/away'; symlink '../out', 'in/deep'; pause; unlink 'in/deep'; rename 'in/away', 'in/deep'; pause;
  }
`

/** What the option `within` of `read`, `write`, `stat` and `remove` promises. */
export function withinContract(contractCase: ContractCase): void {
  contractCase('what lies inside is read, by links inside too', async (scope) => {
    const { host, at } = await trapped(scope)
    const within = at('in')
    const inside = {
      'in/file': 'inside',
      'in/deep/file': 'deep',
      'in/dir-in/file': 'deep',
      'in/link-in': 'deep',
      'in/twice': 'deep',
      'in/self/self/file': 'inside',
      'in/deep/../file': 'inside',
    }
    for (const [name, text] of Object.entries(inside)) {
      expect(await host.files.readText(at(name), { within }), name).toBe(`${text}\n`)
      expect((await host.files.stat(at(name), { within }))?.type, name).toMatch(/^(file|symlink)$/)
    }
    expect(await host.files.readText(at('in/file'), { within: '/' })).toBe('inside\n')
    await expect(host.files.read(at('in/file'), { within, maxBytes: 2 })).rejects.toMatchObject({
      code: 'too-large',
    })
  })

  contractCase('what leads out is refused, and not touched', async (scope) => {
    const { host, at } = await trapped(scope)
    const within = at('in')
    const refused = { name: 'HostError', code: 'outside' }
    const out = [
      'out/file',
      'in/../out/file',
      'in/dir-out/file',
      'in/absolute-out/file',
      'in/dir-out/dir/x',
      'in-beside/file',
      'in/deep/../../out/file',
    ]
    for (const path of [...out.map((name) => at(name)), '/etc/passwd']) {
      await expect(host.files.read(path, { within }), path).rejects.toMatchObject(
        /x$/.test(path) ? { name: 'HostError' } : refused,
      )
      await expect(host.files.stat(path, { within }), path).rejects.toMatchObject(refused)
      await expect(host.files.write(path, 'x', { within }), path).rejects.toMatchObject(refused)
      await expect(host.files.remove(path, { within }), path).rejects.toMatchObject(refused)
    }
    await expect(host.files.read(at('in/link-out'), { within })).rejects.toMatchObject(refused)
    await expect(host.files.remove(within, { within })).rejects.toMatchObject(refused)
    expect(await host.files.readText(at('out/file'))).toBe('secret\n')
    expect(await host.files.list(at('out'))).toEqual(['dir', 'file'])
  })

  contractCase('a link is replaced, removed and told, not followed', async (scope) => {
    const { host, at } = await trapped(scope)
    const within = at('in')
    expect((await host.files.stat(at('in/link-out'), { within }))?.type).toBe('symlink')
    await host.files.write(at('in/link-out'), 'mine', { within, mode: 0o644 })
    expect(await host.files.stat(at('in/link-out'), { within })).toMatchObject({ type: 'file', mode: 0o644 })
    await host.files.remove(at('in/dir-out'), { within })
    await host.files.write(at('in/dir-in/new'), 'new', { within })
    expect(await host.files.readText(at('in/deep/new'))).toBe('new')
    await host.files.remove(at('in/deep'), { within })
    await host.files.remove(at('in/missing/file'), { within })
    expect(await host.files.stat(at('in/deep'), { within })).toBeUndefined()
    expect(await host.files.stat(at('in/missing/file'), { within })).toBeUndefined()
    expect(await host.files.list(at('out'))).toEqual(['dir', 'file'])
    expect((await host.files.list(at('in'))).filter((name) => name.endsWith('.tmp'))).toEqual([])
  })

  contractCase('a FIFO, a device, or nothing in place of a file is refused', async (scope) => {
    const { host, at } = await trapped(scope)
    const within = at('in')
    await expect(host.files.read(at('in/fifo'), { within })).rejects.toMatchObject({ code: 'io' })
    await expect(host.files.read(at('in/deep'), { within })).rejects.toMatchObject({ code: 'io' })
    await expect(host.files.read(at('in/device'), { within })).rejects.toMatchObject({ code: 'outside' })
    await expect(host.files.read(at('in/dangling'), { within })).rejects.toMatchObject({ code: 'not-found' })
    await expect(host.files.write(at('in/missing/x'), 'x', { within })).rejects.toMatchObject({
      code: 'not-found',
    })
    await expectTypeErrors([
      host.files.read(at('in/file'), { within: 'in' }),
      host.files.stat(at('in/deep/..'), { within }),
      host.files.read(at('in/.'), { within }),
    ])
  })

  contractCase('a directory that turns into a link out meanwhile gives nothing away', async (scope) => {
    const { host, at, exec } = await trapped(scope)
    const within = at('in')
    expect(await host.files.readText(at('in/deep/file'), { within })).toBe('deep\n')
    const flipping = exec([scope.perl, '-e', FLIP], { cwd: scope.directory })
    const seen = new Set<string>()
    for (let n = 0; n < 150; n += 1) {
      seen.add(
        await host.files.readText(at('in/deep/file'), { within }).catch((error: unknown) => codeOf(error)),
      )
      seen.add(
        await host.files.write(at('in/deep/new'), 'x', { within }).then(
          () => 'written',
          (error: unknown) => codeOf(error),
        ),
      )
      seen.add(
        await host.files.remove(at('in/deep/new'), { within }).then(
          () => 'removed',
          (error: unknown) => codeOf(error),
        ),
      )
    }
    await host.files.write(at('stop'), '')
    await flipping
    expect(
      [...seen].filter(
        (what) => !['deep\n', 'written', 'removed', 'outside', 'not-found', 'not-a-directory'].includes(what),
      ),
    ).toEqual([])
    expect(await host.files.list(at('out'))).toEqual(['dir', 'file'])
  })
}

async function trapped(scope: ContractScope): Promise<ContractScope> {
  await scope.shell(TRAPS)
  return scope
}

function codeOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : String(error)
}
