import { readdir } from 'node:fs/promises'
import { setTimeout as delay } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openSshd, type SshdFixture } from '@x/fixtures'
import { openSshHost } from '../../src/ssh/open-ssh-host.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'

let sshd: SshdFixture

beforeAll(async () => (sshd = await openSshd()))
afterAll(() => sshd[Symbol.asyncDispose]())

const open = () => openSshHost(sshd.target, sshd.options)

test('a tree is removed whatever its names are made of', async () => {
  await using scope = await openContractScope(open)
  await scope.shell(
    'mkdir -p "$(printf "tree/a\\nb")" tree/-rf; touch "$(printf "tree/\\377\\376")" "$(printf "tree/a\\nb/ ")" tree/-rf/-',
  )
  const { files } = scope.host
  expect(await files.list(scope.at('tree'))).toEqual(['-rf', 'a\nb', '\uFFFD\uFFFD'])
  await files.remove(scope.at('tree'))
  expect(await files.list(scope.directory)).toEqual([])
})

test('paths are taken as they are', async () => {
  await using scope = await openContractScope(open)
  const { files } = scope.host
  for (const name of ["it's $HOME", 'a\nb', '-n', '*', '\\0101', 'ÀÁÈ😀', ' ', '%s']) {
    const path = scope.at(`${name}/${name}`)
    await files.makeDirectory(scope.at(name))
    await files.write(path, name)
    expect(await files.readText(path)).toBe(name)
    expect((await files.stat(path))?.type).toBe('file')
    expect(await files.realPath(path)).toBe(path)
    await files.rename(path, scope.at(`${name}/other`))
    expect(await files.list(scope.at(name))).toEqual(['other'])
  }
})

test('times have milliseconds', async () => {
  await using scope = await openContractScope(open)
  await scope.shell('touch -d @1000.25 file')
  expect((await scope.host.files.stat(scope.at('file')))?.modifiedMs).toBe(1_000_250)
})

test('what the machine refuses is told by its code', async () => {
  await using scope = await openContractScope(open)
  const { files } = scope.host
  await scope.shell('mkdir shut full full/in empty; touch file shut/file; chmod 0 shut; ln -s loop loop')
  const shut = scope.at('shut/file')
  const denied = { name: 'HostError', code: 'permission-denied' }
  await expect(files.read(shut)).rejects.toMatchObject(denied)
  await expect(files.write(shut, 'x')).rejects.toMatchObject(denied)
  await expect(files.stat(shut)).rejects.toMatchObject(denied)
  await expect(files.list(scope.at('shut'))).rejects.toMatchObject(denied)
  await expect(files.makeDirectory(scope.at('shut/a/b'))).rejects.toMatchObject(denied)
  await expect(files.remove(scope.at('shut'))).rejects.toMatchObject(denied)
  await expect(files.rename(scope.at('file'), shut)).rejects.toMatchObject(denied)
  await expect(files.realPath(shut)).rejects.toMatchObject(denied)
  await scope.shell('chmod 700 shut')
  await expect(files.rename(scope.at('empty'), scope.at('full'))).rejects.toMatchObject({
    code: 'already-exists',
  })
  await expect(files.rename(scope.at('empty'), scope.at('file'))).rejects.toMatchObject({
    code: 'not-a-directory',
  })
  await expect(files.rename(scope.at('file'), scope.at('full'))).rejects.toMatchObject({ code: 'io' })
  await expect(files.rename(scope.at('file'), '/dev/shm/x-never')).rejects.toMatchObject({ code: 'io' })
  await expect(files.write(scope.at('file/below'), 'x')).rejects.toMatchObject({ code: 'not-a-directory' })
  await expect(files.read(scope.at('loop'))).rejects.toMatchObject({ code: 'io' })
  await files.rename(scope.at('loop'), scope.at('file'))
  expect((await files.stat(scope.at('file')))?.type).toBe('symlink')
})

test('a write that is cut off leaves the old file and nothing beside it', async () => {
  await using own = await openSshd()
  await using host = await openSshHost(own.target, own.options)
  const directory = `${own.home}/cut`
  await host.files.makeDirectory(directory)
  await host.files.write(`${directory}/file`, 'old')
  const writing = host.files.write(`${directory}/file`, Buffer.alloc(256 * 1024 * 1024))
  const lost = expect(writing).rejects.toMatchObject({ code: 'connection-lost' })
  while ((await readdir(directory)).length < 2) await delay(5)
  own.cut()
  await lost
  for (let tries = 0; (await readdir(directory)).length > 1 && tries < 200; tries += 1) await delay(20)
  expect(await readdir(directory)).toEqual(['file'])
  expect(await host.files.readText(`${directory}/file`)).toBe('old')
})
