import { readdir, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { findLockHolder, type InstanceLock, takeInstanceLock } from '../../src/instance/instance-lock.ts'

const DEAD = JSON.stringify({
  pid: 4_194_304,
  startTime: '1',
  bootId: '00000000-0000-4000-8000-000000000000',
})

const locksOf = (taken: readonly Awaited<ReturnType<typeof takeInstanceLock>>[]) =>
  taken.filter((one): one is InstanceLock => 'release' in one)

test('one has it, the others are told who, until it is released', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  expect(await findLockHolder(host, directory.path)).toBeUndefined()
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeInstanceLock(host, directory.path)))
  const [lock, ...more] = locksOf(taken)
  expect(more).toEqual([])
  for (const other of taken) if (!('release' in other)) expect(other.identity.pid).toBe(process.pid)
  expect((await findLockHolder(host, directory.path))?.identity.pid).toBe(process.pid)
  await lock!.release()
  expect(await findLockHolder(host, directory.path)).toBeUndefined()
  expect(locksOf([await takeInstanceLock(host, directory.path)])).toHaveLength(1)
})

test.each([DEAD, '', '{}', 'garbage'])('of any number of racers one takes over from %j', async (left) => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  await writeFile(path.join(directory.path, 'lock.3'), left)
  await writeFile(path.join(directory.path, 'lock.2'), DEAD)
  const taken = await Promise.all(Array.from({ length: 20 }, () => takeInstanceLock(host, directory.path)))
  expect(locksOf(taken)).toHaveLength(1)
  expect(await readdir(directory.path)).toEqual(['lock.4'])
})
