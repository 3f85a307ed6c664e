import { createHash } from 'node:crypto'
import { expect } from 'vitest'
import type { ReadStreamOptions } from '../host-files.ts'
import type { ContractScope } from './contract-scope.ts'
import type { ContractCase } from './describe-host-contract.ts'

const BLOCK = Buffer.from(Array.from({ length: 100_003 }, (_, index) => index % 251))

async function readAll(scope: ContractScope, name: string, options?: ReadStreamOptions): Promise<Buffer> {
  const pieces: Uint8Array[] = []
  for await (const piece of scope.host.files.readStream(scope.at(name), options)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** What `HostFiles.readStream` promises. */
export function readStreamContract(contractCase: ContractCase): void {
  contractCase('a file comes in pieces, whole or a part of it', async (scope) => {
    const bytes = Buffer.concat(Array.from({ length: 5 }, () => BLOCK))
    await scope.host.files.write(scope.at('file'), bytes)
    expect((await readAll(scope, 'file')).equals(bytes)).toBe(true)
    const parts = [
      { start: 0, end: 0 },
      { start: 3 },
      { end: 70_000 },
      { start: 65_536, end: 65_537 },
      { start: 100_000, end: 300_000 },
      { start: 500_000, end: 900_000 },
      { start: 900_000 },
      { start: 5, end: 2 },
    ]
    for (const part of parts) {
      const { start = 0, end = bytes.length } = part
      const got = await readAll(scope, 'file', part)
      expect(got.equals(bytes.subarray(start, Math.max(start, end))), JSON.stringify(part)).toBe(true)
    }
    await scope.host.files.write(scope.at('empty'), '')
    expect(await readAll(scope, 'empty')).toHaveLength(0)
  })

  contractCase('a file of any size is read without holding it', async (scope) => {
    await scope.shell('truncate -s 300M sparse')
    let bytes = 0
    let largest = 0
    for await (const piece of scope.host.files.readStream(scope.at('sparse'))) {
      bytes += piece.length
      largest = Math.max(largest, piece.length)
    }
    expect(bytes).toBe(300 * 1024 * 1024)
    expect(largest).toBeLessThanOrEqual(1024 * 1024)
  })

  contractCase('it can be left, given up, and refused', async (scope) => {
    const { host, at, directory, shell, open } = scope
    await shell('truncate -s 50M sparse; mkfifo fifo')
    for await (const piece of host.files.readStream(at('sparse'))) {
      expect(piece.length).toBeGreaterThan(0)
      break
    }
    const reason = new Error('enough')
    const stop = new AbortController()
    const given = (async () => {
      for await (const _piece of host.files.readStream(at('sparse'), { signal: stop.signal }))
        stop.abort(reason)
    })()
    await expect(given).rejects.toBe(reason)
    for (const [name, code] of [
      ['fifo', 'io'],
      ['missing', 'not-found'],
      ['.', 'io'],
    ] as const) {
      await expect(readAll(scope, name), name).rejects.toMatchObject({ name: 'HostError', code })
    }
    await expect(readAll({ ...scope, at: () => directory }, '')).rejects.toMatchObject({ code: 'io' })
    expect(() => host.files.readStream('file')).toThrow(TypeError)
    expect(() => host.files.readStream(at('file'), { start: -1 })).toThrow(TypeError)
    const other = await open()
    await other.close()
    await expect(readAll({ ...scope, host: other }, 'sparse')).rejects.toMatchObject({ code: 'closed' })
  })
}

/** What `HostFiles.write` promises of data that comes in pieces. */
export function writeStreamContract(contractCase: ContractCase): void {
  contractCase('pieces become one file, of any size, in one step', async ({ host, at, shell, directory }) => {
    await host.files.write(at('file'), 'old', { mode: 0o640 })
    const expected = createHash('sha256')
    async function* pieces(): AsyncGenerator<Uint8Array | string, void> {
      for (let n = 0; n < 400; n += 1) {
        expected.update(BLOCK)
        yield BLOCK
        if (n === 200) expect(await host.files.readText(at('file'))).toBe('old')
      }
      expected.update('\u20ac')
      yield '\u20ac'
    }
    await host.files.write(at('file'), pieces())
    expect((await shell('sha256sum <file')).slice(0, 64)).toBe(expected.digest('hex'))
    expect(await host.files.stat(at('file'))).toMatchObject({ mode: 0o640, size: 400 * BLOCK.length + 3 })
    expect(await host.files.list(directory)).toEqual(['file'])
  })

  contractCase(
    'a source that fails leaves the old file, and nothing else',
    async ({ host, at, directory }) => {
      await host.files.write(at('file'), 'old')
      const reason = new Error('the source is broken')
      async function* broken(): AsyncGenerator<Uint8Array, void> {
        yield BLOCK
        throw reason
      }
      await expect(host.files.write(at('file'), broken())).rejects.toBe(reason)
      await expect(host.files.write(at('missing/file'), broken())).rejects.toMatchObject({
        code: 'not-found',
      })
      expect(await host.files.readText(at('file'))).toBe('old')
      expect(await host.files.list(directory)).toEqual(['file'])
    },
  )
}
