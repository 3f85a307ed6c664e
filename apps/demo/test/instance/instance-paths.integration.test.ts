import { mkdir, readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { ConfigError } from '@x/codex'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { describe, expect, test } from 'vitest'
import { CommandFault, describeFailure } from '../../src/command-fault.ts'
import { openInstancePaths } from '../../src/instance/instance-paths.ts'
import { readFileIfThere } from '../../src/instance/read-file.ts'

describe('the state directory', () => {
  test('may be as long as a socket in it allows, and no longer', async () => {
    await using directory = await privateDirectory()
    await using host = await openLocalHost()
    const of = (bytes: number): string => {
      const rest = bytes - Buffer.byteLength(directory.path) - 1
      return path.join(directory.path, 'ä'.repeat(Math.floor(rest / 2)) + 'a'.repeat(rest % 2))
    }
    expect((await openInstancePaths(host, of(83))).stateDir).toBe(of(83))
    const error: unknown = await openInstancePaths(host, of(84)).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(ConfigError)
    expect(describeFailure(error)).toEqual({
      message: `expected stateDir to be at most 83 bytes long, for sockets in it, got ${of(84)}`,
      remedy: expect.stringContaining('X_STATE_DIR'),
    })
    expect(await readdir(of(84))).toEqual([])
  })
})

describe('a record', () => {
  test('that is a directory, or no record by its size, is told with a remedy', async () => {
    await using directory = await privateDirectory()
    await using host = await openLocalHost()
    await mkdir(path.join(directory.path, 'directory'))
    await writeFile(path.join(directory.path, 'large'), 'x'.repeat(1024 * 1024 + 1))
    for (const name of ['directory', 'large']) {
      const file = path.join(directory.path, name)
      const error: unknown = await readFileIfThere(host, file).catch((reason: unknown) => reason)
      expect(error).toBeInstanceOf(CommandFault)
      expect(describeFailure(error)).toEqual({
        message: expect.stringContaining(file),
        remedy: expect.stringContaining('Move it away'),
      })
    }
    expect(await readFileIfThere(host, path.join(directory.path, 'none'))).toBeUndefined()
  })
})
