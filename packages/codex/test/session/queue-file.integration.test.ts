import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openLocalHost, type Host } from '@x/host'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { EMPTY_QUEUE } from '../../src/conversation/parse-queue.ts'
import { queueFile } from '../../src/session/queue-file.ts'
import { hostWith } from '../host-with.ts'

let host: Host
let directory: string

beforeAll(async () => {
  host = await openLocalHost()
  directory = await mkdtemp(path.join(tmpdir(), 'queue-'))
})
afterAll(async () => {
  await host.close()
  await rm(directory, { recursive: true })
})

const waiting = (version: number, ...texts: readonly string[]) => ({
  ...EMPTY_QUEUE,
  version,
  messages: texts.map((text) => ({ id: text, text, queuedAt: 1 })),
})

test('has what was put in, and takes nothing from who did not know it', async () => {
  const queue = queueFile(host, path.join(directory, 'shared'))
  expect(await queue.read()).toEqual(EMPTY_QUEUE)
  expect(await queue.replace(0, waiting(1, 'naïve', 'two'))).toBe(true)
  expect(await queue.replace(0, waiting(1, 'too late'))).toBe(false)
  expect(await queue.read()).toEqual(waiting(1, 'naïve', 'two'))
})

test.each([0, 1, 40])(
  'loses nothing when who replaces it dies after %i bytes of what it wrote',
  async (bytes) => {
    const file = path.join(directory, `cut-${String(bytes)}`)
    const whole = queueFile(host, file)
    await whole.replace(0, waiting(1, 'waits'))
    const before = await readFile(file, 'utf8')
    const dying = hostWith(host, {
      exec: (argv, { stdin, ...options } = {}) =>
        host.exec(argv, { ...options, stdin: typeof stdin === 'string' ? stdin.slice(0, bytes) : '' }),
    })
    await expect(queueFile(dying, file).replace(1, waiting(2, 'waits', 'more'))).rejects.toMatchObject({
      name: 'ExecFailedError',
    })
    expect(await readFile(file, 'utf8')).toBe(before)
    expect(await whole.replace(1, waiting(2, 'waits', 'more'))).toBe(true)
  },
)
