import { appendFile, mkdir, open, readFile, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { lastLine, shortenLog } from '../../src/model/log-file.ts'

const MIB = 1024 * 1024

test('of a long log the last whole lines stay, and who appends to it goes on', async () => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'model.log')
  const lines = Array.from({ length: 200_000 }, (_, n) => `line ${n}`)
  await writeFile(file, `${lines.join('\n')}\n`)
  const writer = await open(file, 'a')
  try {
    await shortenLog(file)
    await writer.write('the next one\n')
  } finally {
    await writer.close()
  }
  const kept = (await readFile(file, 'utf8')).split('\n')
  expect((await stat(file)).size).toBeLessThanOrEqual(MIB + 'the next one\n'.length)
  expect(kept.length).toBeGreaterThan(70_000)
  expect(kept).toEqual([...lines.slice(-(kept.length - 2)), 'the next one', ''])
  expect(await lastLine(file)).toBe('the next one')
})

test('one that was never ended by a line is cut all the same', async () => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'model.log')
  await writeFile(file, 'x')
  await truncate(file, 3 * 1024 * MIB)
  await shortenLog(file)
  expect((await stat(file)).size).toBe(MIB)
  await appendFile(file, '\nthe end\n')
  expect(await lastLine(file)).toBe('the end')
})

test('a short one is left as it is; what is no log, too', async () => {
  await using directory = await privateDirectory()
  const at = (name: string): string => path.join(directory.path, name)
  await writeFile(at('short'), 'a\nb\n')
  await writeFile(at('target'), 'y'.repeat(2 * MIB))
  await symlink(at('target'), at('link'))
  await mkdir(at('directory'))
  for (const name of ['short', 'link', 'directory', 'missing']) await shortenLog(at(name))
  expect(await readFile(at('short'), 'utf8')).toBe('a\nb\n')
  expect((await stat(at('target'))).size).toBe(2 * MIB)
  expect([
    await lastLine(at('short')),
    await lastLine(at('directory')),
    await lastLine(at('missing')),
  ]).toEqual(['b', undefined, undefined])
})
