import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import path from 'node:path'
import type { HostErrorCode } from '@x/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { offerFile } from '../../src/files/offer-file.ts'
import { receiveUpload } from '../../src/files/receive-upload.ts'
import { openDriverStage, type DriverStage } from '../driver/driver-stage.ts'

let stage: DriverStage

beforeAll(async () => {
  stage = await openDriverStage()
})
afterAll(async () => {
  await stage[Symbol.asyncDispose]()
})

async function workDirectory(): Promise<string> {
  const { directory } = await stage.place()
  await mkdir(directory)
  return directory
}

const refusedWith = (code: HostErrorCode) => ({ name: 'HostError', code })

test('an upload is kept whole, beside others of its name, and never where a link leads', async () => {
  const directory = await workDirectory()
  const upload = (name: string, content: Uint8Array, maxBytes?: number) =>
    receiveUpload({ host: stage.host, directory, name, content, ...(maxBytes !== undefined && { maxBytes }) })
  const outside = path.join(path.dirname(directory), 'outside')
  await mkdir(outside)
  await symlink(outside, path.join(directory, 'uploads'))
  const first = await upload('../my répört.md', Buffer.from('one'))
  expect(first).toEqual({
    path: 'uploads/my répört.md',
    bytes: 3,
    notice: 'A file has been uploaded for you: uploads/my répört.md (3 bytes).',
  })
  const second = await upload('my répört.md', Buffer.from('two'))
  expect(second.path).toBe('uploads/my répört (2).md')
  expect(await readFile(path.join(directory, first.path), 'utf8')).toBe('one')
  expect(await readFile(path.join(directory, second.path), 'utf8')).toBe('two')
  await expect(upload('big', Buffer.alloc(11), 10)).rejects.toMatchObject(refusedWith('too-large'))
  expect(await stage.host.files.list(path.join(directory, 'uploads'))).toHaveLength(2)
  expect(await stage.host.files.list(outside)).toEqual([])
})

test('two uploads of one name at once get two names', async () => {
  const directory = await workDirectory()
  const contents = ['one', 'two']
  const uploads = await Promise.all(
    contents.map((content) =>
      receiveUpload({ host: stage.host, directory, name: 'a.txt', content: Buffer.from(content) }),
    ),
  )
  expect(uploads.map((upload) => upload.path).sort()).toEqual(['uploads/a (2).txt', 'uploads/a.txt'])
  const kept = await Promise.all(uploads.map((upload) => readFile(path.join(directory, upload.path), 'utf8')))
  expect(kept).toEqual(contents)
})

test('a person gets what lies in the work directory, and no secret', async () => {
  const directory = await workDirectory()
  const offer = (name: string, maxBytes?: number) =>
    offerFile({ host: stage.host, directory, path: name, ...(maxBytes !== undefined && { maxBytes }) })
  await mkdir(path.join(directory, 'out/.git'), { recursive: true })
  await writeFile(path.join(directory, 'out/ü.bin'), Buffer.from([1, 0, 255]))
  await writeFile(path.join(directory, 'out/.git/config'), 'token')
  await writeFile(path.join(directory, '.env'), 'token')
  await symlink('../.env', path.join(directory, 'out/harmless.txt'))
  await symlink('/etc/hostname', path.join(directory, 'out/host'))
  await symlink('ü.bin', path.join(directory, 'out/latest'))
  const file = await offer('out/ü.bin')
  expect(file).toMatchObject({ name: 'ü.bin', bytes: 3 })
  expect(file.contentDisposition).toContain(`filename*=UTF-8''%C3%BC.bin`)
  const pieces: Uint8Array[] = []
  for await (const piece of file.read()) pieces.push(piece)
  expect(Buffer.concat(pieces)).toEqual(Buffer.from([1, 0, 255]))
  expect(await offer(path.join(directory, 'out/latest'))).toMatchObject({ name: 'latest', bytes: 3 })
  await expect(offer('out/ü.bin', 2)).rejects.toMatchObject(refusedWith('too-large'))
  for (const name of ['.env', 'out/.git/config', 'out/harmless.txt'])
    await expect(offer(name)).rejects.toMatchObject(refusedWith('permission-denied'))
  for (const name of ['/etc/hostname', '../outside', 'out/host', '', '.', 'out/../..'])
    await expect(offer(name)).rejects.toMatchObject(refusedWith('outside'))
  await expect(offer('none')).rejects.toMatchObject(refusedWith('not-found'))
  await expect(offer('out')).rejects.toMatchObject(refusedWith('io'))
  // Between the look and the reading, the agent puts a link there.
  await rm(path.join(directory, 'out/ü.bin'))
  await symlink('/etc/hostname', path.join(directory, 'out/ü.bin'))
  await expect(file.read()[Symbol.asyncIterator]().next()).rejects.toMatchObject(refusedWith('outside'))
})

test('hooks and bodies work with files on the machine', async () => {
  const { session, script, directory } = await stage.place()
  const elsewhere = path.join(path.dirname(directory), 'elsewhere')
  const progress: string[] = []
  const outcome = await session({
    onFileProgress: ({ message, bytes }) => void progress.push(`${message}: ${bytes}`),
    hooks: {
      async prepare(context) {
        await context.copy(Buffer.from('tool'), 'bin/tool', { mode: 0o700 })
        await context.copy(path.join(import.meta.dirname, 'names.unit.test.ts'), 'bin/copy')
        expect(await context.readText('bin/tool')).toBe('tool')
        expect(
          (await context.read('~/../etc/hostname/../hostname').catch(() => Buffer.from('x'))).length,
        ).toBeGreaterThan(0)
        await expect(context.copy(Buffer.from('x'), '../outside')).rejects.toThrow(TypeError)
        await mkdir(elsewhere)
        await symlink(elsewhere, path.join(directory, 'sub'))
        await expect(context.copy(Buffer.from('x'), 'sub/new/deep/f')).rejects.toMatchObject({
          code: 'outside',
        })
        expect(await stage.host.files.list(elsewhere)).toEqual([])
        expect((await context.run(['pwd'])).stdout.trim()).toBe(directory)
        expect((await context.run(['false'], { mayFail: true })).exitCode).toBe(1)
        await expect(context.run(['false'])).rejects.toThrow('exit code 1')
      },
    },
    body: script('cmp -s bin/tool bin/copy; echo "DONE: $(cat bin/tool)" >>agent.log'),
  })
  expect(outcome).toMatchObject({ type: 'done', summary: 'tool' })
  expect(progress[0]).toBe('Copying tool: 4')
  expect(progress.at(-1)).toMatch(/^Copying copy: \d+$/)
})
