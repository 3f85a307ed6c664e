import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { openLocalHost } from '../../src/local/open-local-host.ts'
import { openContractScope } from '../../src/testing/contract-scope.ts'
import { nextLine } from '../../src/testing/next-line.ts'
import { buildForNode } from '../build-for-node.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))
const STARTER = path.join(PACKAGE, 'test/fixtures/spawn-starter.mjs')
let directory: string

beforeAll(async () => {
  directory = await mkdtemp(path.join(tmpdir(), 'spawn-'))
})
afterAll(async () => {
  await expectNoLeaks({ within: directory })
  await rm(directory, { recursive: true, force: true })
})

test('when we are killed, everything of our sessions is ended, and nothing else', async () => {
  await using scope = await openContractScope(openLocalHost)
  const built = await buildForNode(path.join(PACKAGE, 'src/index.ts'), directory)
  const options = { cwd: scope.directory, env: scope.mark, stdin: 'pipe' }
  // Some shells say that their child was ended, which to nobody is fatal.
  const polite =
    'exec 2>/dev/null; trap "echo asked >polite; exit" TERM; echo up >polite-up; while :; do sleep 0.05; done'
  // The name of the program would confuse who reads /proc carelessly.
  const odd = 'cp "$(command -v sleep)" "./a) Z (b"; ("./a) Z (b" 600 &) ; exit 0'
  const stubborn = 'trap "" TERM; echo up >stubborn-up; while :; do sleep 600 <&-; done'
  const detaching = 'setsid sh -c "echo \\$\\$ >own-session; exec sleep 600" & wait'
  const calls = [polite, odd, stubborn, detaching, 'exec sleep 600'].map((script) => ({
    argv: ['sh', '-c', script],
    options,
  }))
  const starter = spawn(process.execPath, [STARTER, built, JSON.stringify(calls)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exited = once(starter, 'exit')
  const pids = JSON.parse(await nextLine(starter.stdout)) as readonly number[]
  for (const file of ['polite-up', 'stubborn-up']) await scope.said(scope.at(file), 'up')
  await scope.said(scope.at('own-session'), '')
  starter.kill('SIGKILL')
  await exited
  await scope.said(scope.at('polite'), 'asked')
  const gone = 'while grep -qsxE "State:.[^ZX].*" $(printf "/proc/%s/status " "$@"); do sleep 0.05; done'
  // Of missing files grep complains, and says no only when none of the others has it.
  await scope.exec(['sh', '-c', gone, 'sh', ...pids.map(String)], { timeoutMs: 15_000 })
  const own = Number(await scope.host.files.readText(scope.at('own-session')))
  expect(await scope.host.identify(own)).toMatchObject({ pid: own })
  process.kill(own)
})

test('nothing of a program stays behind: no process, no descriptor', async () => {
  await using scope = await openContractScope(openLocalHost)
  await (await scope.start(['true'])).close()
  const before = (await readdir('/proc/self/fd')).length
  for (let n = 0; n < 20; n += 1) {
    await using program = await scope.start(['cat'], { stdin: 'pipe' })
    program.stdin?.end('x')
    expect(await text(program.stdout)).toBe('x')
  }
  await expect(scope.start(['x-no-such-program'], { stdin: 'pipe' })).rejects.toMatchObject({
    code: 'spawn-failed',
  })
  expect((await readdir('/proc/self/fd')).length).toBe(before)
})
