import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, watch } from 'node:fs'
import { readdir, readFile, stat, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

import { privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, beforeAll, expect, test } from 'vitest'

import { openResponsesServer } from '../src/open-responses-server.ts'
import { postResponses, readText, words } from './post-responses.ts'

const MAIN = fileURLToPath(new URL('../dist/main.js', import.meta.url))

beforeAll(() => {
  if (!existsSync(MAIN)) throw new Error('dist/main.js is missing: run the build of this package first')
})

afterAll(async () => {
  await expectNoLeaks()
})

interface Ended {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/** Runs to its end. */
async function run(...args: readonly string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(process.execPath, [MAIN, ...args])) }
  } catch (cause) {
    return cause as Ended
  }
}

/** Starts it, and resolves with the line that it prints once it listens. */
async function start(...args: readonly string[]) {
  const child = spawn(process.execPath, [MAIN, ...args], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = once(child, 'exit') as Promise<[number | null, NodeJS.Signals | null]>
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string]
  return {
    child,
    line,
    exited,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await exited
    },
  }
}

interface Record {
  readonly port: number
  readonly url: string
  readonly pid: number
}

async function readRecord(file: string): Promise<Record> {
  return JSON.parse(await readFile(file, 'utf8')) as Record
}

test.each(['SIGTERM', 'SIGINT'] as const)('serves until %s and ends with 0', async (signal) => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'record.json')
  await using main = await start('--port', '0', '--record', file)
  const record = await readRecord(file)
  expect(record).toEqual({
    port: expect.any(Number),
    url: `http://127.0.0.1:${String(record.port)}/v1`,
    pid: main.child.pid,
  })
  expect(main.line).toBe(`x-responses: listening at ${record.url}`)
  expect((await stat(file)).mode & 0o777).toBe(0o600)
  expect(await readdir(directory.path)).toEqual(['record.json'])
  expect(await readText(await postResponses(record.url, words('hello')))).toContain('offline')
  // Somebody is being answered when it ends.
  const answering = await postResponses(record.url, words('slow: 60'))
  main.child.kill(signal)
  expect(await main.exited).toEqual([0, null])
  await expect(answering.text()).rejects.toThrow()
})

test('lives on when its starter and the terminal are gone', async () => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'record.json')
  const starter = `require('node:child_process').spawn(process.execPath, ${JSON.stringify([MAIN, '--port', '0', '--record', file])}, { detached: true, stdio: ['ignore', 'pipe', 'pipe'] }).stdout.once('data', () => process.exit())`
  await promisify(execFile)(process.execPath, ['-e', starter])
  const { url, pid } = await readRecord(file)
  try {
    process.kill(pid, 'SIGHUP')
    expect(await readText(await postResponses(url, words('hello')))).toContain('offline')
  } finally {
    process.kill(pid, 'SIGTERM')
  }
  await expectNoLeaks({ within: directory.path, graceMs: 5_000 })
})

test('takes the port that it is told, and says in one line when it cannot', async () => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'record.json')
  await using squatter = await openResponsesServer()
  const port = String(squatter.port)
  expect(await run('--port', port, '--record', file)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `x-responses: port is taken by another process: 127.0.0.1:${port}\n`,
  })
  expect(await readdir(directory.path)).toEqual([])
  await squatter.close()
  await using main = await start('--port', port, '--record', file)
  expect(main.line).toContain(`:${port}/v1`)
})

test('a record that cannot be written ends it', async () => {
  await using directory = await privateDirectory()
  const ended = await run('--port', '0', '--record', path.join(directory.path, 'missing', 'record.json'))
  expect(ended).toMatchObject({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(/^x-responses: ENOENT.*\n$/),
  })
})

test('an old record is replaced as a whole', async () => {
  await using directory = await privateDirectory()
  const file = path.join(directory.path, 'record.json')
  await writeFile(file, '{"port":1,"url":"old","pid":1}')
  const seen: string[] = []
  const watcher = watch(directory.path, (_event, name) => seen.push(String(name)))
  await using main = await start('--port', '0', '--record', file)
  watcher.close()
  expect((await readRecord(file)).pid).toBe(main.child.pid)
  expect(seen.some((name) => name.endsWith('.tmp'))).toBe(true)
})

test('lets in only who brings the key from the file', async () => {
  await using directory = await privateDirectory()
  const [file, key] = [path.join(directory.path, 'record.json'), path.join(directory.path, 'key')]
  await writeFile(key, 'secret\n', { mode: 0o600 })
  await using _main = await start('--port', '0', '--record', file, '--api-key-file', key)
  const { url } = await readRecord(file)
  expect((await postResponses(url, words('hello'))).status).toBe(401)
  const headers = { authorization: 'Bearer secret' }
  expect(await readText(await postResponses(url, words('hello'), { headers }))).toContain('offline')
})

test('an empty key file is refused, not taken for no key', async () => {
  await using directory = await privateDirectory()
  const key = path.join(directory.path, 'key')
  await writeFile(key, '\n')
  const ended = await run('--port', '0', '--record', path.join(directory.path, 'r'), '--api-key-file', key)
  expect(ended).toMatchObject({ code: 1, stderr: `x-responses: no key in ${key}\n` })
})

test('answers by the script from the file', async () => {
  await using directory = await privateDirectory()
  const [file, script] = [path.join(directory.path, 'record.json'), path.join(directory.path, 'script.json')]
  await writeFile(script, '{"rules": [{"when": {"text": "^hel+o$"}, "steps": [{"say": "from the script"}]}]}')
  await using _main = await start('--port', '0', '--record', file, '--script', script)
  expect(await readText(await postResponses((await readRecord(file)).url, words('hello')))).toBe(
    'from the script',
  )
})

test('a script that is none is refused with the place of each fault', async () => {
  await using directory = await privateDirectory()
  const script = path.join(directory.path, 'script.json')
  await writeFile(script, '{"rules": [{"steps": [{"say": 1}, {"sey": "x"}]}]}')
  const record = path.join(directory.path, 'record.json')
  expect(await run('--port', '0', '--record', record, '--script', script)).toMatchObject({
    code: 1,
    stdout: '',
    stderr: `x-responses: ${script}: rules[0].steps[0].say: expected text; rules[0].steps[1]: unknown key "sey"; did you mean "say"?\n`,
  })
  expect(await readdir(directory.path)).toEqual(['script.json'])
})

test('wrong usage ends with 2, help with 0', async () => {
  expect(await run('--port', 'x')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringContaining('usage:'),
  })
  expect(await run('--help')).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('usage:'),
    stderr: '',
  })
})
