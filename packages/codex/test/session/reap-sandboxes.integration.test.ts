import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'
import { reapSandboxes } from '../../src/session/reap-sandboxes.ts'

/** A program that calls itself as told, and names a path among its arguments. */
async function start(name: string, named: string): Promise<ReturnType<typeof spawn>> {
  const child = spawn('/bin/sh', ['-c', 'read -r _', 'sh', named], {
    argv0: name,
    stdio: ['pipe', 'ignore', 'ignore'],
  })
  await once(child, 'spawn')
  return child
}

test('ends the sandboxes of its task, and nobody else', async () => {
  await using directory = await privateDirectory()
  await using host = await openLocalHost()
  const [mine, other] = [taskPaths(directory.path, 'mine'), taskPaths(directory.path, 'mine-too')]
  const stray = await start('bwrap', `${mine.codexHome}/tmp/arg0`)
  const spared = [
    await start('bwrap', `${other.codexHome}/tmp/arg0`),
    await start('editor', `${mine.codexHome}/tmp`),
  ]
  const gone = once(stray, 'exit')
  await reapSandboxes(host, mine)
  expect(await gone).toEqual([null, 'SIGKILL'])
  for (const one of spared) {
    expect(readFileSync(`/proc/${String(one.pid)}/stat`, 'utf8')).toMatch(/\) S /)
    const ended = once(one, 'exit')
    one.stdin?.end()
    await ended
  }
})
