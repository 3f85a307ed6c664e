import { createHash, randomBytes } from 'node:crypto'
import { truncateSync } from 'node:fs'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import type { CopyProgress } from '../../src/copy.ts'
import type { Host } from '../../src/host.ts'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'

/** Large enough for every faster way there is. */
const BYTES = randomBytes(6 * 1024 * 1024 + 17)
const SHA256 = createHash('sha256').update(BYTES).digest('hex')

let sshd: SshdFixture
let host: Host
let here: string
let there: string

beforeAll(async () => {
  // What stands in the account's `bin` is found before the system's own programs.
  sshd = await openSshd({ bashrc: 'export PATH=$HOME/bin:$PATH\n' })
  host = await openSshHost(sshd.target, sshd.options)
})
beforeEach(async () => {
  here = await mkdtemp(path.join(tmpdir(), 'copy-'))
  await writeFile(path.join(here, 'source'), BYTES)
  there = path.join(sshd.home, path.basename(here))
  await host.files.makeDirectory(there)
  return async () => {
    await rm(here, { recursive: true })
    await host.files.remove(there)
    await host.files.remove(path.join(sshd.home, 'bin'))
  }
})
afterAll(async () => {
  await host.close()
  await sshd[Symbol.asyncDispose]()
  await expectNoLeaks()
})

/** A program of the worker that is found in place of the real one. */
async function putProgram(name: string, script: string): Promise<void> {
  await host.files.makeDirectory(path.join(sshd.home, 'bin'))
  await host.files.write(path.join(sshd.home, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 })
}

async function copyBothWays(): Promise<void> {
  const [source, back, copy] = [path.join(here, 'source'), path.join(here, 'back'), `${there}/copy`]
  const whole = { bytes: BYTES.length, sha256: SHA256, skipped: false, resumedFrom: 0 }
  expect(await host.files.copyIn(source, copy)).toEqual(whole)
  expect(await host.files.copyIn(source, copy)).toMatchObject({ skipped: true, sha256: SHA256 })
  expect(await host.files.copyOut(copy, back)).toEqual(whole)
  expect(BYTES.equals(await readFile(back))).toBe(true)
  expect(await host.files.copyOut(copy, back)).toMatchObject({ skipped: true, sha256: SHA256 })
}

test('a large file arrives whole, and goes on where it was cut', async () => {
  await copyBothWays()
  const stop = new AbortController()
  const cut = host.files.copyIn(path.join(here, 'source'), `${there}/other`, {
    signal: stop.signal,
    onProgress: ({ bytes }) => {
      if (bytes > 3_000_000) stop.abort(new Error('cut'))
    },
  })
  await expect(cut).rejects.toThrow('cut')
  const result = await host.files.copyIn(path.join(here, 'source'), `${there}/other`)
  expect(result.resumedFrom).toBeGreaterThan(3_000_000)
  expect(result.sha256).toBe(SHA256)
  expect(await host.files.list(there)).toEqual(['copy', 'other'])
})

test('a copy that the network cuts is told, and the next one is whole', async () => {
  const cutOnce = (): ((progress: CopyProgress) => void) => {
    let isCut = false
    return ({ bytes }) => {
      if (isCut || bytes < 3_000_000) return
      isCut = true
      sshd.cut()
    }
  }
  const [source, back, copy] = [path.join(here, 'source'), path.join(here, 'back'), `${there}/copy`]
  const lost = { code: 'connection-lost' }
  await expect(host.files.copyIn(source, copy, { onProgress: cutOnce() })).rejects.toMatchObject(lost)
  expect(await host.files.copyIn(source, copy)).toMatchObject({ sha256: SHA256, skipped: false })
  await expect(host.files.copyOut(copy, back, { onProgress: cutOnce() })).rejects.toMatchObject(lost)
  const result = await host.files.copyOut(copy, back)
  expect(result).toMatchObject({ sha256: SHA256, skipped: false })
  expect(result.resumedFrom).toBeGreaterThan(3_000_000)
  expect(BYTES.equals(await readFile(back))).toBe(true)
})

test('the worker sums with OpenSSL where that works', async () => {
  await putProgram('openssl', 'echo "$*" >>"$HOME/asked"; sha256sum | sed "s/-$/*stdin/"')
  await copyBothWays()
  const asked = (await host.files.readText(path.join(sshd.home, 'asked'))).trimEnd().split('\n')
  // For each of the four: whether it works, and what it is for.
  expect(asked).toEqual(Array.from({ length: 8 }, () => 'dgst -sha256 -r'))
})

test('the worker does without OpenSSL and GNU dd', async () => {
  await putProgram('openssl', 'echo nonsense')
  await putProgram('dd', 'echo "Usage: dd" >&2; exit 1')
  await copyBothWays()
})

test('a source that becomes shorter meanwhile is told, and replaces nothing', async () => {
  await host.files.write(`${there}/copy`, 'old')
  const source = path.join(here, 'source')
  const shrink = (): void => truncateSync(source, 1024 * 1024)
  const copy = host.files.copyIn(source, `${there}/copy`, { onProgress: shrink })
  await expect(copy).rejects.toMatchObject({
    code: 'io',
    message: expect.stringContaining('shorter') as string,
  })
  expect(await host.files.readText(`${there}/copy`)).toBe('old')
})
